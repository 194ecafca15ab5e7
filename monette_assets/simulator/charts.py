"""The simulated companies' charts of accounts: one numbered farm chart, each company taking what its business needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from monette_assets.simulator.model import Account


class ChartLine(NamedTuple):
    """An account of the farm chart. `uses`: the businesses (or countries, or `multi`currency) that have it."""

    number: str
    name: str
    account_type: str
    sub_type: str
    parent: str = ""
    uses: frozenset[str] = frozenset({"all"})
    foreign: bool = False  # kept in US dollars


CLASSIFICATIONS = {
    "Bank": "Asset",
    "Accounts Receivable": "Asset",
    "Other Current Asset": "Asset",
    "Fixed Asset": "Asset",
    "Accounts Payable": "Liability",
    "Credit Card": "Liability",
    "Other Current Liability": "Liability",
    "Long Term Liability": "Liability",
    "Equity": "Equity",
    "Income": "Revenue",
    "Other Income": "Revenue",
    "Cost of Goods Sold": "Expense",
    "Expense": "Expense",
    "Other Expense": "Expense",
}


def _for(*uses: str) -> frozenset[str]:
    return frozenset(uses)


_CROPS = _for("grain", "produce")
_HERDS = _for("cow_calf", "feedlot")
_FIELDS = _for("grain", "seed", "produce", "cow_calf", "feedlot")


CHART: tuple[ChartLine, ...] = (
    ChartLine("1000", "Chequing", "Bank", "Checking"),
    ChartLine("1010", "Savings", "Bank", "Savings"),
    ChartLine("1050", "US Dollar Account", "Bank", "Checking", "", _for("multi"), foreign=True),
    ChartLine("1100", "Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ChartLine(
        "1110",
        "Accounts Receivable (A/R) - USD",
        "Accounts Receivable",
        "AccountsReceivable",
        "",
        _for("multi"),
        foreign=True,
    ),
    ChartLine("1150", "Due from Related Companies", "Other Current Asset", "LoansToOthers"),
    ChartLine(
        "1155",
        "Due from Related Companies - USD",
        "Other Current Asset",
        "LoansToOthers",
        "",
        _for("multi"),
        foreign=True,
    ),
    ChartLine("1200", "Inventory", "Other Current Asset", "Inventory"),
    ChartLine("1210", "Grain", "Other Current Asset", "Inventory", "1200", _for("grain")),
    ChartLine("1220", "Cattle", "Other Current Asset", "Inventory", "1200", _HERDS),
    ChartLine("1230", "Seed", "Other Current Asset", "Inventory", "1200", _for("seed")),
    ChartLine("1240", "Produce", "Other Current Asset", "Inventory", "1200", _for("produce")),
    ChartLine("1300", "Prepaid Expenses", "Other Current Asset", "PrepaidExpenses"),
    ChartLine("1350", "GST Receivable", "Other Current Asset", "OtherCurrentAssets", "", _for("ca")),
    ChartLine("1500", "Land", "Fixed Asset", "Land"),
    ChartLine("1510", "Buildings", "Fixed Asset", "Buildings"),
    ChartLine("1520", "Machinery & Equipment", "Fixed Asset", "MachineryAndEquipment"),
    ChartLine("1521", "Tractors", "Fixed Asset", "MachineryAndEquipment", "1520", _FIELDS),
    ChartLine("1522", "Combines", "Fixed Asset", "MachineryAndEquipment", "1520", _CROPS),
    ChartLine("1530", "Breeding Herd", "Fixed Asset", "OtherFixedAssets", "", _for("cow_calf")),
    ChartLine("1590", "Accumulated Depreciation", "Fixed Asset", "AccumulatedDepreciation"),
    ChartLine("2000", "Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ChartLine("2100", "Farm Card", "Credit Card", "CreditCard"),
    ChartLine("2200", "Operating Line of Credit", "Other Current Liability", "LineOfCredit"),
    ChartLine("2250", "Due to Related Companies", "Other Current Liability", "LoanPayable"),
    ChartLine("2300", "Sales Tax Payable", "Other Current Liability", "SalesTaxPayable", "", _for("us")),
    ChartLine("2400", "Payroll Liabilities", "Other Current Liability", "PayrollTaxPayable"),
    ChartLine("2450", "Income Tax Payable", "Other Current Liability", "OtherCurrentLiabilities"),
    ChartLine("2600", "Term Loans", "Long Term Liability", "NotesPayable"),
    ChartLine("2650", "Equipment Loans", "Long Term Liability", "NotesPayable", "2600", _FIELDS),
    ChartLine("3000", "Share Capital", "Equity", "CommonStock"),
    ChartLine("3200", "Dividends Paid", "Equity", "OwnersEquity"),
    ChartLine("3900", "Retained Earnings", "Equity", "RetainedEarnings"),
    ChartLine("4000", "Grain Sales", "Income", "SalesOfProductIncome", "", _for("grain")),
    ChartLine("4010", "Durum", "Income", "SalesOfProductIncome", "4000", _for("grain")),
    ChartLine("4020", "Canola", "Income", "SalesOfProductIncome", "4000", _for("grain")),
    ChartLine("4030", "Lentils", "Income", "SalesOfProductIncome", "4000", _for("grain")),
    ChartLine("4040", "Spring Wheat", "Income", "SalesOfProductIncome", "4000", _for("grain")),
    ChartLine("4050", "Barley", "Income", "SalesOfProductIncome", "4000", _for("grain")),
    ChartLine("4060", "Peas", "Income", "SalesOfProductIncome", "4000", _for("grain")),
    ChartLine("4070", "Flax", "Income", "SalesOfProductIncome", "4000", _for("grain")),
    ChartLine("4080", "Oats", "Income", "SalesOfProductIncome", "4000", _for("grain")),
    ChartLine("4100", "Cattle Sales", "Income", "SalesOfProductIncome", "", _HERDS),
    ChartLine("4110", "Calves", "Income", "SalesOfProductIncome", "4100", _for("cow_calf")),
    ChartLine("4120", "Fed Cattle", "Income", "SalesOfProductIncome", "4100", _for("feedlot")),
    ChartLine("4130", "Cull Cows", "Income", "SalesOfProductIncome", "4100", _for("cow_calf")),
    ChartLine("4200", "Seed Sales", "Income", "SalesOfProductIncome", "", _for("seed")),
    ChartLine("4210", "Durum", "Income", "SalesOfProductIncome", "4200", _for("seed")),
    ChartLine("4220", "Peas", "Income", "SalesOfProductIncome", "4200", _for("seed")),
    ChartLine("4230", "Spring Wheat", "Income", "SalesOfProductIncome", "4200", _for("seed")),
    ChartLine("4300", "Produce Sales", "Income", "SalesOfProductIncome", "", _for("produce")),
    ChartLine("4310", "Potatoes", "Income", "SalesOfProductIncome", "4300", _for("produce")),
    ChartLine("4320", "Carrots", "Income", "SalesOfProductIncome", "4300", _for("produce")),
    ChartLine("4330", "Onions", "Income", "SalesOfProductIncome", "4300", _for("produce")),
    ChartLine("4400", "Custom Work Income", "Income", "ServiceFeeIncome", "", _FIELDS),
    ChartLine("4450", "Intercompany Sales", "Income", "SalesOfProductIncome"),
    ChartLine("4460", "Management Fee Income", "Income", "ServiceFeeIncome", "", _for("others")),
    ChartLine("4500", "Government Programs", "Income", "OtherPrimaryIncome", "", _FIELDS),
    ChartLine("4600", "Crop Insurance Proceeds", "Income", "OtherPrimaryIncome", "", _CROPS),
    ChartLine("4900", "Interest Income", "Other Income", "InterestEarned"),
    ChartLine("4930", "Exchange Gain or Loss", "Other Income", "OtherMiscellaneousIncome", "", _for("multi")),
    ChartLine("5000", "Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    ChartLine("5010", "Grain", "Cost of Goods Sold", "SuppliesMaterialsCogs", "5000", _for("grain")),
    ChartLine("5020", "Cattle", "Cost of Goods Sold", "SuppliesMaterialsCogs", "5000", _HERDS),
    ChartLine("5030", "Seed", "Cost of Goods Sold", "SuppliesMaterialsCogs", "5000", _for("seed")),
    ChartLine("5040", "Produce", "Cost of Goods Sold", "SuppliesMaterialsCogs", "5000", _for("produce")),
    ChartLine("5050", "Freight & Elevation", "Cost of Goods Sold", "ShippingFreightDeliveryCos", "5000"),
    ChartLine("5090", "Harvest Inventory Change", "Cost of Goods Sold", "OtherCostsOfServiceCos", "", _CROPS),
    ChartLine("5100", "Seed", "Expense", "SuppliesMaterials", "", _FIELDS),
    ChartLine("5110", "Fertilizer", "Expense", "SuppliesMaterials", "", _FIELDS),
    ChartLine("5120", "Chemical", "Expense", "SuppliesMaterials", "", _CROPS),
    ChartLine("5121", "Herbicide", "Expense", "SuppliesMaterials", "5120", _CROPS),
    ChartLine("5122", "Fungicide", "Expense", "SuppliesMaterials", "5120", _CROPS),
    ChartLine("5150", "Packaging", "Expense", "SuppliesMaterials", "", _for("produce", "seed")),
    ChartLine("5200", "Feed", "Expense", "SuppliesMaterials", "", _HERDS),
    ChartLine("5210", "Veterinary & Medicine", "Expense", "SuppliesMaterials", "", _HERDS),
    ChartLine("5220", "Pasture Rent", "Expense", "RentOrLeaseOfBuildings", "", _for("cow_calf")),
    ChartLine("5300", "Fuel", "Expense", "Auto"),
    ChartLine("5310", "Diesel", "Expense", "Auto", "5300", _FIELDS),
    ChartLine("5320", "Gasoline", "Expense", "Auto", "5300", _FIELDS),
    ChartLine("5400", "Repairs", "Expense", "RepairMaintenance"),
    ChartLine("5410", "Tractors", "Expense", "RepairMaintenance", "5400", _FIELDS),
    ChartLine("5420", "Combines", "Expense", "RepairMaintenance", "5400", _CROPS),
    ChartLine("5430", "Buildings", "Expense", "RepairMaintenance", "5400"),
    ChartLine("5500", "Crop Insurance", "Expense", "Insurance", "", _CROPS),
    ChartLine("5600", "Land Rent", "Expense", "RentOrLeaseOfBuildings", "", _CROPS),
    ChartLine("5700", "Wages - Field", "Expense", "PayrollExpenses", "", _FIELDS),
    ChartLine("5710", "Payroll Taxes", "Expense", "PayrollExpenses"),
    ChartLine("5800", "Custom Work", "Expense", "CostOfLabor", "", _FIELDS),
    ChartLine("6000", "Office", "Expense", "OfficeGeneralAdministrativeExpenses"),
    ChartLine("6010", "Professional Fees", "Expense", "LegalProfessionalFees"),
    ChartLine("6020", "Insurance", "Expense", "Insurance"),
    ChartLine("6030", "Property Taxes", "Expense", "TaxesPaid", "", _FIELDS),
    ChartLine("6040", "Utilities", "Expense", "Utilities"),
    ChartLine("6050", "Salaries - Office", "Expense", "PayrollExpenses"),
    ChartLine("6060", "Management Fees", "Expense", "OfficeGeneralAdministrativeExpenses"),
    ChartLine("6070", "Bank Charges", "Expense", "BankCharges"),
    ChartLine("6080", "Telephone & Internet", "Expense", "Utilities"),
    ChartLine("6090", "Travel & Meals", "Expense", "TravelMeals"),
    ChartLine("7000", "Depreciation", "Other Expense", "Depreciation"),
    ChartLine("7100", "Interest on Term Debt", "Other Expense", "OtherMiscellaneousExpense"),
    ChartLine("7110", "Interest on Operating Line", "Other Expense", "OtherMiscellaneousExpense"),
    ChartLine("7200", "Income Taxes", "Other Expense", "OtherMiscellaneousExpense"),
)

FRENCH_NAMES = {
    "1000": "Compte chèques",
    "1010": "Épargne",
    "1100": "Comptes clients",
    "1150": "À recevoir de sociétés liées",
    "1200": "Stocks",
    "1210": "Céréales",
    "1500": "Terres",
    "1510": "Bâtiments",
    "1520": "Machinerie et équipement",
    "1521": "Tracteurs",
    "1522": "Moissonneuses-batteuses",
    "1590": "Amortissement cumulé",
    "2000": "Comptes fournisseurs",
    "2200": "Marge de crédit",
    "2250": "À payer à des sociétés liées",
    "3000": "Capital-actions",
    "3200": "Dividendes versés",
    "3900": "Bénéfices non répartis",
    "4000": "Ventes de céréales",
    "4010": "Blé dur",
    "4020": "Canola",
    "4030": "Lentilles",
    "4040": "Blé de printemps",
    "4050": "Orge",
    "4080": "Avoine",
    "5100": "Semences",
    "5110": "Engrais",
    "5300": "Carburant",
    "5400": "Réparations",
    "5500": "Assurance-récolte",
    "5600": "Loyer des terres",
    "6000": "Frais de bureau",
    "7000": "Amortissement",
    "7100": "Intérêts sur la dette à long terme",
    "7200": "Impôts sur le revenu",
}


def chart_of(
    uses: Collection[str],
    home_currency: str,
    *,
    language: str = "en",
    renumbered: Mapping[str, str] | None = None,
    unnumbered: Collection[str] = (),
) -> tuple[dict[str, Account], dict[str, str]]:
    """A company's accounts by id, and their ids by the farm chart's numbers.

    `uses` are its businesses, its country and `multi` where it keeps foreign currency. `renumbered` gives some accounts
    another number, `unnumbered` leaves some without; both are keyed by the farm chart's numbers.
    """
    wanted = {"all", *uses}
    accounts: dict[str, Account] = {}
    ids: dict[str, str] = {}
    for line in CHART:
        if line.uses.isdisjoint(wanted):
            continue
        account_id = str(len(accounts) + 1)
        ids[line.number] = account_id
        accounts[account_id] = Account(
            id=account_id,
            number="" if line.number in unnumbered else (renumbered or {}).get(line.number, line.number),
            name=FRENCH_NAMES.get(line.number, line.name) if language == "fr" else line.name,
            account_type=line.account_type,
            account_sub_type=line.sub_type,
            classification=CLASSIFICATIONS[line.account_type],
            parent_id=ids[line.parent] if line.parent else None,
            currency="USD" if line.foreign else home_currency,
        )
    return accounts, ids


def full_name(accounts: Mapping[str, Account], account_id: str) -> str:
    """The account's name with its parents', as QuickBooks writes it: `Grain Sales:Durum`."""
    account = accounts[account_id]
    return f"{full_name(accounts, account.parent_id)}:{account.name}" if account.parent_id else account.name
