"""The Bank of Canada's Valet API."""

from __future__ import annotations

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from monette_assets.simulator import answers
from monette_assets.simulator.parameters import ParameterError, date_of
from monette_assets.simulator.world import World


class BankOfCanada:
    """Daily rates."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def observations(self, request: Request) -> Response:
        """The Bank of Canada's Valet API: daily FXUSDCAD, published on business days."""
        self.world.calls["valet"]["observations"] += 1
        series, parameters = request.path_params["series"], request.query_params
        if series != "FXUSDCAD":
            body = {"message": f"Series {series} not found.", "docs": "https://www.bankofcanada.ca/valet/docs"}
            return answers.json_answer(body, 404)
        today = self.world.options.clock().date()
        try:
            first = date_of(parameters.get("start_date"), "start_date") or date(2017, 1, 3)
            last = min(date_of(parameters.get("end_date"), "end_date") or today, today)
        except ParameterError as error:
            return answers.json_answer({"message": error.detail, "docs": "https://www.bankofcanada.ca/valet/docs"}, 400)
        rates = self.world.options.exchange_rates(first, last) if first <= last else []
        return answers.json_answer(
            {
                "terms": {"url": "https://www.bankofcanada.ca/terms/"},
                "seriesDetail": {
                    "FXUSDCAD": {
                        "label": "USD/CAD",
                        "description": "US dollar to Canadian dollar daily exchange rate",
                        "dimension": {"key": "d", "name": "Date"},
                    }
                },
                "observations": [
                    {"d": day.isoformat(), "FXUSDCAD": {"v": format(rate, "f")}}
                    for day, rate in rates
                    if first <= day <= last and day.weekday() < 5
                ],
            }
        )
