"""Payroll, every second Friday."""

from __future__ import annotations

from datetime import date

from monette_assets.simulator import seasons
from monette_assets.simulator.amounts import split, weighted
from monette_assets.simulator.model import Posting
from monette_assets.simulator.office import CLASSES_OF_BUSINESS, Office

PAYDAYS_FROM = date(2015, 1, 2).toordinal()  # a Friday; every second one is a payday
EMPLOYEES_PER_ENTRY = 30


class Payroll(Office):
    """The employees' pay."""

    def payroll(self, period: date) -> None:
        """Every second Friday: wages by employee, what is withheld and the employer's part, the net paid."""
        keeper, rng, ids = self.keeper, self.keeper.rng, self.ids
        first = period.toordinal()
        paydays = [first + i for i in range(self.last_day.day) if (first + i - PAYDAYS_FROM) % 14 == 0]
        work = [
            (number, business, share * rate)
            for business, share in self.weights().items()
            for number, rate in zip(("5700", "6050"), seasons.WAGES[business], strict=True)
            if rate and number in ids
        ]
        total_rate = sum(rate for _, _, rate in work)
        for payday in paydays:
            gross = self.revenue * total_rate // (26 * 1_000_000) * (92 + int(rng.random() * 17)) // 100
            pays = list(zip(self.employees, split(gross, len(self.employees), rng), strict=True))
            for start in range(0, len(pays), EMPLOYEES_PER_ENTRY):
                batch = pays[start : start + EMPLOYEES_PER_ENTRY]
                postings: list[Posting] = []
                for employee, pay in batch:
                    number, business, _ = work[weighted([rate for _, _, rate in work], rng)]
                    departments = self.businesses[business]
                    department = departments[int(employee) % len(departments)] if departments else None
                    names = CLASSES_OF_BUSINESS[business]
                    class_id = self.classes[names[-1]] if rng.random() < 0.7 else None
                    postings.append(
                        Posting(ids[number], pay, None, employee, "Employee", class_id, department, "Gross pay")
                    )
                paid = sum(pay for _, pay in batch)
                withheld, employer = paid * 22 // 100, paid * 7 // 100
                postings.append(Posting(ids["5710"], employer, memo="Employer's contributions"))
                postings.append(Posting(ids["2400"], -withheld - employer, memo="Withheld and contributed"))
                postings.append(Posting(ids["1000"], withheld - paid, memo="Net pay"))
                day = date.fromordinal(payday)
                number = f"PAY-{day:%y%m%d}" + (f"-{start // EMPLOYEES_PER_ENTRY + 1}" if start else "")
                keeper.write("JournalEntry", "Journal Entry", day, number, postings, memo="Payroll")
