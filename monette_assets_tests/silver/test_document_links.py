"""What settles what, and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monette_assets.silver.document_links import document_links
from monette_assets.silver.documents import documents
from monette_assets_tests.frames import context_of, group_of, shown
from monette_assets_tests.silver.objects import objects_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def test_one_row_a_link_deleted_documents_have_none(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> None:
    context = context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11")
    payment = {
        "Id": "5",
        "TxnDate": "2024-11-05",
        "TotalAmt": 70,
        "CurrencyRef": {"value": "USD"},
        "ExchangeRate": 1.4,
        "LinkedTxn": [{"TxnId": "8", "TxnType": "Deposit"}],
        "Line": [
            {"Amount": 50, "LinkedTxn": [{"TxnId": "1", "TxnType": "Invoice"}]},
            {"Amount": 20, "LinkedTxn": [{"TxnId": "2", "TxnType": "Invoice"}]},
        ],
    }
    objects = objects_of(
        spark,
        ("north", "Payment", "2024-11-06", payment),
        ("north", "Payment", "2024-11-06", {**payment, "Id": "1"}),
        ("north", "Payment", "2024-11-07", None),  # deletes 1
    )
    links = document_links(context, documents=documents(context, objects=objects))
    assert shown(links, "from_type from_id link_number line_number to_type to_id amount home_amount") == [
        ("Payment", "5", 1, 1, "Invoice", "1", "50.00", "70.00"),
        ("Payment", "5", 2, 2, "Invoice", "2", "20.00", "28.00"),
        ("Payment", "5", 3, None, "Deposit", "8", None, None),
    ]
