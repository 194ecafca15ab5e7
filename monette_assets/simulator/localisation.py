"""What a company's language changes in the answers: column titles, section names, transaction types, faults.

Keys are the English texts QuickBooks prints. A text without a translation stays English, as it does in QuickBooks.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TRUNCATED = "Unable to display more data. Please reduce the date range."

_FRENCH: Mapping[str, str] = MappingProxyType(
    {
        TRUNCATED: "Impossible d'afficher plus de données. Veuillez réduire la plage de dates.",
        # columns
        "Date": "Date",
        "Transaction Type": "Type d'opération",
        "Num": "Nº",
        "Name": "Nom",
        "Customer": "Client",
        "Vendor": "Fournisseur",
        "Memo/Description": "Mémo/Description",
        "Split": "Répartition",
        "Account": "Compte",
        "Account #": "Nº de compte",
        "Class": "Catégorie",
        "Location": "Emplacement",
        "Adj": "Rajust.",
        "Create Date": "Date de création",
        "Last Modified": "Dernière modification",
        "Debit": "Débit",
        "Credit": "Crédit",
        "Amount": "Montant",
        "Balance": "Solde",
        "Currency": "Devise",
        "Exchange Rate": "Taux de change",
        "Foreign Amount": "Montant en devise",
        "Due Date": "Échéance",
        "Past Due": "En souffrance",
        "Open Balance": "Solde ouvert",
        "Total": "Total",
        "TOTAL": "TOTAL",
        # rows
        "Beginning Balance": "Solde d'ouverture",
        "-Split-": "-Répartition-",
        "Not Specified": "Non spécifié",
        "Yes": "Oui",
        "No": "Non",
        "Total for {}": "Total pour {}",
        "Total for {} with sub-accounts": "Total pour {} avec sous-comptes",
        "{} (deleted)": "{} (supprimé)",
        "Ordinary Income/Expenses": "Revenus/dépenses ordinaires",
        "Other Income/Expenses": "Autres revenus/dépenses",
        "Income": "Revenus",
        "Cost of Goods Sold": "Coût des marchandises vendues",
        "Gross Profit": "Bénéfice brut",
        "Expenses": "Dépenses",
        "Net Operating Income": "Bénéfice net d'exploitation",
        "Net Ordinary Income": "Bénéfice ordinaire net",
        "Other Income": "Autres revenus",
        "Other Expenses": "Autres dépenses",
        "Net Other Income": "Autres revenus nets",
        "Net Income": "Bénéfice net",
        "Retained Earnings": "Bénéfices non répartis",
        "ASSETS": "ACTIF",
        "Current Assets": "Actif à court terme",
        "Bank Accounts": "Comptes bancaires",
        "Accounts Receivable": "Comptes clients",
        "Other Current Assets": "Autres actifs à court terme",
        "Fixed Assets": "Immobilisations",
        "Other Assets": "Autres actifs",
        "LIABILITIES AND EQUITY": "PASSIF ET CAPITAUX PROPRES",
        "Liabilities": "Passif",
        "Current Liabilities": "Passif à court terme",
        "Accounts Payable": "Comptes fournisseurs",
        "Credit Cards": "Cartes de crédit",
        "Other Current Liabilities": "Autres passifs à court terme",
        "Long-Term Liabilities": "Passif à long terme",
        "Equity": "Capitaux propres",
        "Current": "Courant",
        "{} - {} days past due": "En souffrance de {} à {} jours",
        "{} or more days past due": "En souffrance de {} jours ou plus",
        # transaction types
        "Invoice": "Facture",
        "Bill": "Facture à payer",
        "Expense": "Dépense",
        "Cheque": "Chèque",
        "Check": "Chèque",
        "Credit Card Expense": "Dépense par carte de crédit",
        "Deposit": "Dépôt",
        "Payment": "Paiement",
        "Bill Payment (Cheque)": "Paiement de facture (chèque)",
        "Bill Payment (Check)": "Paiement de facture (chèque)",
        "Bill Payment (Credit Card)": "Paiement de facture (carte de crédit)",
        "Transfer": "Transfert",
        "Journal Entry": "Écriture de journal",
        "Credit Memo": "Note de crédit",
        "Vendor Credit": "Crédit fournisseur",
        "Sales Receipt": "Reçu de vente",
        "Refund": "Remboursement",
        "Payroll Cheque": "Chèque de paie",
        "Payroll Check": "Chèque de paie",
        # faults
        "Business Validation Error": "Validation de l'entreprise",
        "Invalid Date": "Date invalide",
        "Invalid Parameter": "Paramètre invalide",
        "Invalid query": "Requête invalide",
        "Error parsing query": "Erreur d'analyse de la requête",
        "Object Not Found": "Objet introuvable",
        "Unsupported Operation": "Opération non prise en charge",
        "An application error has occurred while processing your request": (
            "Une erreur d'application s'est produite lors du traitement de votre demande"
        ),
    }
)


def localised(text: str, language: str) -> str:
    """The text as QuickBooks prints it in a company of this language (`en`, `fr`)."""
    return _FRENCH.get(text, text) if language == "fr" else text
