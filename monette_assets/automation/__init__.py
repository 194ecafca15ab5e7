"""What runs when: the chain of runs behind a refresh, the schedule, the sensor."""
