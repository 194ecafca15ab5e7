"""What is wrong with consolidation.yaml, and with the accounts a chart needs for it (ACCOUNTING 17 to 20)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from monette_assets.group.calendar import add_months
from monette_assets.group.effective import Window, intersect, subtract, window
from monette_assets.group.models import Company, Consolidation, Ownership
from monette_assets.group.problems import Problem
from monette_assets.group.validation import Contract, _known, _known_company, _overlaps

FILE = "consolidation.yaml"
INTERCOMPANY_KINDS = ("due_from_group", "due_to_group", "intercompany_revenue", "intercompany_expense")
# What an ownership entry needs of the chart: one account of each kind.
OWNERSHIP_KINDS = (
    ("goodwill", "balance_sheet"),
    ("non_controlling_interest", "balance_sheet"),
    ("non_controlling_interest", "profit_and_loss"),
    ("translation", "balance_sheet"),
)
Dated = list[tuple[Hashable, Window, str, str]]


def consolidation_problems(contract: Contract) -> Iterator[Problem]:
    """Every problem of how companies become the group."""
    yield from _difference_accounts(contract)
    terms = contract.consolidation
    if terms is None:
        return
    yield from _names(contract, terms)
    yield from _owners(contract, terms)
    yield from _profit_in_stock(contract, terms)
    yield from _method(contract, terms)
    yield from _ownership(contract, terms)
    yield from _circles(terms)


def _difference_accounts(contract: Contract) -> Iterator[Problem]:
    """What does not match has a line of its own in either statement (ACCOUNTING 18)."""
    needed = any(each.kind in INTERCOMPANY_KINDS for _, each in contract.chart)
    for statement in ("balance_sheet", "profit_and_loss"):
        found = _of_kind(contract, "intercompany_difference", statement)
        if len(found) > 1 or (needed and not found):
            named = f"{statement} accounts of kind intercompany_difference: {', '.join(found) or 'none'}"
            expected = "exactly one where the chart has intercompany accounts (ACCOUNTING 18)"
            yield Problem("chart.yaml", "chart", named, expected)


def _names(contract: Contract, terms: Consolidation) -> Iterator[Problem]:
    dated: Dated = []
    for i, each in enumerate(terms.names):
        path = f"names[{i}]"
        yield from _known(contract, "companies", FILE, f"{path}.company", each.company)
        yield from _known_company(contract, FILE, f"{path}.books", each.books)
        key = (each.books, each.raw.strip().lower())
        dated.append((key, each.window, path, f"name {each.raw!r} in the books of {each.books!r}"))
    yield from _overlaps(FILE, dated)


def _owners(contract: Contract, terms: Consolidation) -> Iterator[Problem]:
    first: dict[frozenset[str], int] = {}
    for i, each in enumerate(terms.owners):
        path = f"owners[{i}].companies"
        for k, code in enumerate(each.companies):
            yield from _known(contract, "companies", FILE, f"{path}[{k}]", code)
        pair = frozenset(each.companies)
        if len(pair) == 1:
            yield Problem(FILE, path, repr(list(each.companies)), "two companies")
        elif pair in first:
            yield Problem(FILE, path, repr(list(each.companies)), f"no duplicate of owners[{first[pair]}]")
        first.setdefault(pair, i)


def _profit_in_stock(contract: Contract, terms: Consolidation) -> Iterator[Problem]:
    dated: Dated = []
    for i, each in enumerate(terms.profit_in_stock):
        path = f"profit_in_stock[{i}]"
        yield from _known_company(contract, FILE, f"{path}.seller", each.seller)
        yield from _known_company(contract, FILE, f"{path}.buyer", each.buyer)
        yield from _account(contract, f"{path}.inventory_account", each.inventory_account, "Asset")
        yield from _account(contract, f"{path}.cost_account", each.cost_account, "Expense")
        what = f"{each.inventory_account!r} of buyer {each.buyer!r} from seller {each.seller!r}"
        dated.append(((each.seller, each.buyer, each.inventory_account), each.window, path, what))
    yield from _overlaps(FILE, dated)


def _method(contract: Contract, terms: Consolidation) -> Iterator[Problem]:
    if (terms.method == "consolidated") != bool(terms.ownership):
        found = f"{len(terms.ownership)} entries with method {terms.method}"
        yield Problem(FILE, "ownership", found, "some with method consolidated, none with combined (ACCOUNTING 20)")
    for kind, statement in OWNERSHIP_KINDS if terms.ownership and contract.chart else ():
        accounts = _of_kind(contract, kind, statement)
        if len(accounts) != 1:
            found = f"{statement} accounts of kind {kind}: {', '.join(accounts) or 'none'}"
            yield Problem("chart.yaml", "chart", found, "exactly one with method consolidated (ACCOUNTING 20)")


def _ownership(contract: Contract, terms: Consolidation) -> Iterator[Problem]:
    dated: Dated = []
    investments: dict[tuple[str, str], Ownership] = {}
    parents: dict[str, str] = {}
    for i, each in enumerate(terms.ownership):
        path = f"ownership[{i}]"
        yield from _known(contract, "companies", FILE, f"{path}.company", each.company)
        yield from _known(contract, "companies", FILE, f"{path}.parent", each.parent)
        yield from _account(contract, f"{path}.investment_account", each.investment_account, "Asset")
        yield from _of_no_other_use(contract, f"{path}.investment_account", each.investment_account)
        stated: dict[str, int] = {}
        for k, equity in enumerate(each.opening_equity):
            where = f"{path}.opening_equity[{k}].group_account"
            yield from _account(contract, where, equity.group_account, "Equity")
            if (first := stated.setdefault(equity.group_account, k)) != k:
                yield Problem(FILE, where, repr(equity.group_account), f"no duplicate of opening_equity[{first}]")
        if each.disposal_account is not None:
            yield from _account(contract, f"{path}.disposal_account", each.disposal_account, "profit_and_loss")
        elif each.to_period is not None:
            yield Problem(FILE, f"{path}.disposal_account", "nothing", "an income account: the company is sold")
        holder = investments.setdefault((each.parent, each.investment_account), each)
        if holder.company != each.company:
            found = f"{each.investment_account!r}, where {holder.company!r} stands too"
            yield Problem(FILE, f"{path}.investment_account", found, "an account for this company alone")
        if parents.setdefault(each.company, each.parent) != each.parent:
            expected = f"{parents[each.company]!r}: one parent in all entries of a company"
            yield Problem(FILE, f"{path}.parent", repr(each.parent), expected)
        if any(
            other.company == each.company and each.from_period == other.to_period
            for other in terms.ownership
            if other is not each
        ):
            expected = "a month without control in between: a change of share alone is not supported"
            yield Problem(FILE, f"{path}.from", str(each.from_period), expected)
        yield from _parent_of_the_groups_currency(contract, path, each)
        yield from _within_its_life(contract, path, each)
        yield from _while_its_parent_is_there(contract, terms, path, each)
        dated.append((each.company, each.window, path, f"control of {each.company!r}"))
    yield from _overlaps(FILE, dated)


def _parent_of_the_groups_currency(contract: Contract, path: str, entry: Ownership) -> Iterator[Problem]:
    """What a foreign parent paid would be translated at each month's closing rate, and make goodwill of the rate."""
    parent = next((each for _, each in contract.companies if each.code == entry.parent), None)
    if parent and contract.settings and parent.home_currency != contract.settings.currency:
        found = f"{entry.parent!r}, whose books are in {parent.home_currency}"
        expected = (
            f"a parent whose books are in {contract.settings.currency}, the group's currency: "
            "an investment kept in another is not supported"
        )
        yield Problem(FILE, f"{path}.parent", found, expected)


def _within_its_life(contract: Contract, path: str, entry: Ownership) -> Iterator[Problem]:
    company = next((each for _, each in contract.companies if each.code == entry.company), None)
    if company and entry.from_period < company.first_period:
        expected = f"{company.first_period} or later (its first_period)"
        yield Problem(FILE, f"{path}.from", str(entry.from_period), expected)
    if company and company.last_period and (entry.to_period is None or entry.to_period > company.last_period):
        after = add_months(company.last_period, 1)
        if entry.to_period != after:
            expected = f"{after} or earlier: its last_period is {company.last_period}"
            yield Problem(FILE, f"{path}.to", str(entry.to_period), expected)


def _while_its_parent_is_there(
    contract: Contract, terms: Consolidation, path: str, entry: Ownership
) -> Iterator[Problem]:
    """Without its parent nothing would take out the equity that was bought: it would stand as the group's own."""
    companies = {each.code: each for _, each in contract.companies}
    if entry.parent not in companies or entry.company not in companies:
        return
    life = _life(companies[entry.parent])
    held = [each.window for each in terms.ownership if each.company == entry.parent]
    there = [both for each in held or [life] if (both := intersect(each, life))]
    controlled = intersect(entry.window, _life(companies[entry.company]))
    for without in subtract(controlled, there) if controlled else ():
        found = f"{entry.parent!r}, which is not part of the group from {without.first} to {without.end}"
        expected = "a parent that is, in every month of control: a company leaves, or joins, with its parent"
        yield Problem(FILE, f"{path}.parent", found, expected)


def _life(company: Company) -> Window:
    return window(company.first_period, add_months(company.last_period, 1) if company.last_period else None)


def _circles(terms: Consolidation) -> Iterator[Problem]:
    parents = {each.company: each.parent for each in terms.ownership}
    seen: set[frozenset[str]] = set()
    for company in parents:
        chain = [company]
        while (above := parents.get(chain[-1])) is not None and above not in chain:
            chain.append(above)
        if above is None:
            continue
        loop = chain[chain.index(above) :]
        if frozenset(loop) not in seen:
            seen.add(frozenset(loop))
            found = "circular ownership " + " -> ".join((*loop, loop[0]))
            yield Problem(FILE, "ownership", found, "a parent that nothing below it owns")


def _of_kind(contract: Contract, kind: str, statement: str) -> list[str]:
    return [each.code for _, each in contract.chart if (each.kind, each.statement) == (kind, statement)]


def _account(contract: Contract, path: str, code: str, what: str) -> Iterator[Problem]:
    """An account of the chart, of this statement or classification."""
    yield from _known(contract, "chart", FILE, path, code)
    account = next((each for _, each in contract.chart if each.code == code), None)
    if account and what not in (account.statement, account.classification):
        yield Problem(FILE, path, f"{code!r} ({account.classification})", f"an account of {what}")


def _of_no_other_use(contract: Contract, path: str, code: str) -> Iterator[Problem]:
    """All that stands on it is taken out as what was paid for the company: a bank account is no such account."""
    account = next((each for _, each in contract.chart if each.code == code), None)
    if account and account.classification == "Asset" and account.kind != "other":
        yield Problem(FILE, path, f"{code!r}, an account of kind {account.kind}", "one of kind other")
