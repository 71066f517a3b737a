//! Moments as words: calendar dates without a calendar library.
//!
//! | form | example | used in |
//! |---|---|---|
//! | Go's default | `2022-04-01 02:00:10.5 +0000 UTC` | error texts, names of checkpoints |
//! | statement | `2022-04-01 02:00:10.5` | job descriptions |
//!
//! Shape: proleptic Gregorian, UTC. Units: nanoseconds since 1970. Left out: leap seconds, as in the real system.

use base::hlc::{NANOS_PER_SEC, Timestamp};

/// A moment taken apart, UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Civil {
    /// Year, 1970 or later in practice.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    /// 0 to 23.
    pub hour: i64,
    /// 0 to 59.
    pub minute: i64,
    /// 0 to 59.
    pub second: i64,
    /// Nanoseconds in the second.
    pub nanos: i64,
}

impl Civil {
    /// The parts of a wall time.
    pub fn of(at: Timestamp) -> Self {
        let secs = at.wall.div_euclid(NANOS_PER_SEC);
        let (days, of_day) = (secs.div_euclid(86_400), secs.rem_euclid(86_400));
        let (year, month, day) = date_of_days(days);
        Self {
            year,
            month,
            day,
            hour: of_day / 3600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
            nanos: at.wall.rem_euclid(NANOS_PER_SEC),
        }
    }

    /// The wall time of these parts; `None` when they are no date.
    pub fn wall(self) -> Option<i64> {
        let days = days_of_date(self.year, self.month, self.day);
        let fits = (1..=12).contains(&self.month)
            && (0..24).contains(&self.hour)
            && (0..60).contains(&self.minute)
            && (0..60).contains(&self.second)
            && date_of_days(days) == (self.year, self.month, self.day);
        let secs = days
            .checked_mul(86_400)?
            .checked_add(self.hour * 3600 + self.minute * 60 + self.second)?;
        let wall = secs.checked_mul(NANOS_PER_SEC)?.checked_add(self.nanos)?;
        fits.then_some(wall)
    }
}

/// As Go prints a time: `2022-04-01 02:00:10.5 +0000 UTC`.
pub fn go_text(at: Timestamp) -> String {
    format!("{} +0000 UTC", plain_text(at))
}

/// Date and time with as many digits of a second as it takes: `2022-04-01 02:00:10.5`.
pub fn plain_text(at: Timestamp) -> String {
    let c = Civil::of(at);
    let mut text = format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        c.year, c.month, c.day, c.hour, c.minute, c.second
    );
    if c.nanos > 0 {
        text.push_str(format!(".{:09}", c.nanos).trim_end_matches('0'));
    }
    text
}

/// Days since 1970-01-01 to a date, by eras of 400 years that begin on the first of March.
fn date_of_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// The inverse of [`date_of_days`].
fn days_of_date(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let march = (month + 9) % 12;
    let of_year = (153 * march + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    era * 146_097 + of_era - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_moments() {
        let at = Timestamp::from_wall(1_648_778_410_500_000_000);
        assert_eq!(go_text(at), "2022-04-01 02:00:10.5 +0000 UTC");
        assert_eq!(plain_text(Timestamp::from_secs(951_782_400)), "2000-02-29 00:00:00");
    }

    proptest! {
        #[test]
        fn parts_and_back(wall in 0_i64..4_102_444_800_000_000_000) {
            prop_assert_eq!(Civil::of(Timestamp::from_wall(wall)).wall(), Some(wall));
        }
    }
}
