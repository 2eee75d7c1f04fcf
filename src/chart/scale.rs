//! From numbers to places, for all numbers there are.

/// A stretch of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    pub low: f64,
    pub high: f64,
}

impl Scale {
    /// From zero to round numbers that hold all of these; to 1 where a share is likely.
    pub fn from_zero(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = bounds(values.chain([0.0]));
        let high = match high {
            high if low == 0.0 && high > 0.5 && high <= 1.0 => 1.0,
            high => rounded_up(high),
        };
        match (-rounded_up(-low), high) {
            (low, high) if low == high => Self { low: 0.0, high: 1.0 },
            (low, high) => Self { low, high },
        }
    }

    /// Round numbers around all of these; a single number stands between itself and zero.
    pub fn around(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = bounds(values);
        let scale = match (low, high) {
            (low, high) if low < high => Self { low, high },
            (one, _) if one.is_finite() && one != 0.0 => Self {
                low: one.min(0.0),
                high: one.max(0.0),
            },
            _ => Self { low: 0.0, high: 1.0 },
        };
        let step = rounded_up((scale.high / 4.0) - (scale.low / 4.0));
        let (low, high) = ((scale.low / step).floor() * step, (scale.high / step).ceil() * step);
        match low.is_finite() && high.is_finite() && low < high && step.is_normal() {
            true => Self { low, high },
            false => scale,
        }
    }

    /// From three to seven numbers on the scale, with the same distance between, and how far along they stand.
    pub fn ticks(self) -> Vec<(f64, f64)> {
        let step = rounded_up((self.high / 4.0) - (self.low / 4.0));
        let count = ((self.high / step) - (self.low / step)).round();
        let count = if (2.0..=6.0).contains(&count) { count } else { 4.0 };
        let shares = (0..=6).map(|index| f64::from(index) / count);
        shares
            .take_while(|share| *share <= 1.0)
            .map(|share| (share, self.at(share)))
            .collect()
    }

    /// How far along a number stands, from 0 to 1.
    pub fn share(self, value: f64) -> f64 {
        // Halves, so that the largest numbers have a difference.
        let share = (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
    }

    /// The number so far along.
    pub fn at(self, share: f64) -> f64 {
        self.low * (1.0 - share) + self.high * share
    }
}

fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        })
}

/// The next number of one digit, 1, 2, 5 or 10 times a power of ten.
fn rounded_up(value: f64) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    let power = 10f64.powf(value.log10().floor());
    let steps = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    let up = steps.into_iter().map(|step| step * power).find(|round| *round >= value);
    up.filter(|up| power.is_normal() && up.is_finite()).unwrap_or(value)
}
