"""CSV as spreadsheets of several countries write it: what is told by the content is read, the rest refused."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monette_assets.sources.landing import cells
from monette_assets.sources.landing.cells import Broken, CellError
from monette_assets.sources.landing.csv_files import read_csv
from monette_assets.sources.landing.folder import Unreadable
from monette_assets.sources.landing.recognition import recognise


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        recognise([read_csv(content)])
    return str(refused.value)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encoding_and_separator_are_told_by_the_content(encoding: str, separator: str) -> None:
    lines = [["Account", "Août 2025"], ["Réparations", "1200"]]
    text = "\r\n".join(separator.join(line) for line in lines) + "\r\n"
    sheet = read_csv(text.encode(encoding))
    assert sheet.rows == (("Account", "Août 2025"), ("Réparations", "1200"))
    assert sheet.is_text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Account;Montant\nété;1".encode("latin-1"), "CSV UTF-8"),
        ("Account;Montant\nété;1".encode("mac-roman"), "CSV UTF-8"),
        ("Account,Amount\n1,2".encode("utf-16-le"), "binary data"),
        (b"a\x00b", "binary data"),
        (b'a,"b\n', "found in line"),
        (b" \n ", "empty file"),
        (b"sep=x\naxb", "separated by one of"),
    ],
)
def test_what_cannot_be_told_is_refused(content: bytes, said: str) -> None:
    assert said in refusal(content)


def test_quoted_commas_do_not_make_a_comma_the_separator() -> None:
    sheet = read_csv(b'"Account";"Nov 2024"\n"4010";"1,234,567.00"\n"4020";"2,345,678.00"\n')
    assert sheet.rows[1] == ("4010", "1,234,567.00")


def test_a_file_may_say_its_separator() -> None:
    assert read_csv(b"sep=;\r\nAccount;Nov 2024\r\n4010;1,200,300\r\n").rows[1] == ("4010", "1,200,300")


@pytest.mark.parametrize(
    ("written", "amount"),
    [("1234,50", "1234.50"), ("1 234,50", "1234.50"), ("1\u00a0234\u00a0567,5", "1234567.50"), ("(12,34)", "-12.34"),
     ("1.234.567,89", "1234567.89"), ("-0,05", "-0.05"), ("1\u202f200", "1200.00"), ("300", "300.00")],
)  # fmt: skip
def test_decimal_commas_between_semicolons(written: str, amount: str) -> None:
    sheet = read_csv(f"Account;Nov 2024;Dec 2024\n4010;{written};0,50\n".encode())
    assert cells.amount(sheet.rows[1][1], is_text=True) == Decimal(amount)


@pytest.mark.parametrize("written", ["1,234", "1.234", "12,345,678"])
def test_in_a_file_with_decimal_commas_what_may_mean_two_things_is_refused(written: str) -> None:
    sheet = read_csv(f"Account;Nov 2024;Dec 2024\n4010;{written};0,50\n".encode())
    with pytest.raises(CellError, match="may mean two things in a file with decimal commas"):
        cells.amount(sheet.rows[1][1], is_text=True)


def test_without_a_decimal_comma_a_comma_groups_thousands() -> None:
    sheet = read_csv(b"Account;Nov 2024;Dec 2024\n4010;1,234;12.50\n")
    assert [cells.amount(cell, is_text=True) for cell in sheet.rows[1][1:]] == [Decimal("1234.00"), Decimal("12.50")]


def test_decimal_commas_between_commas_are_never_read_as_two_amounts() -> None:
    assert "expected at most 3 values" in refusal(b"Account,Nov 2024,Dec 2024\n4010,12,50,13,00\n")
    quoted = recognise([read_csv(b'Account,Nov 2024,Dec 2024\n4010,"12,50","13,00"\n')])
    assert quoted.sheets[0][0].rows[1] == ("4010", "12.50", "13.00")


def test_a_csv_of_a_million_rows() -> None:
    assert "rows" in refusal(b"1\n" * 1_000_000)


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from([" ", "\u00a0", "."]))
def test_an_amount_with_a_decimal_comma_is_read_back(amount: Decimal, group: str) -> None:
    written = f"{amount:,}".replace(",", "_").replace(".", ",").replace("_", group)
    sheet = read_csv(f"Account;Nov 2024\n4010;{written}\n".encode())
    assert cells.amount(sheet.rows[1][1], is_text=True) == amount


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(Unreadable):
        assert not any(isinstance(cell, Broken) and not cell.what for row in read_csv(content).rows for cell in row)
