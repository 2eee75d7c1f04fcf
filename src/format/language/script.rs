//! Which language a text is in, as far as its letters tell.

/// The language that the script of most letters is usually written for; `None` for Latin letters, which tell nothing.
pub(in crate::format) fn language(text: &str) -> Option<&'static str> {
    const ALL: [&str; 18] = [
        "ja", "ko", "zh", "ar", "he", "hi", "bn", "ta", "te", "th", "el", "ru", "ka", "hy", "am", "my", "km", "si",
    ];
    let mut counts = [0_usize; ALL.len()];
    let (mut other, mut seen) = (0, 0);
    for letter in text.chars().filter(|letter| letter.is_alphabetic()) {
        match of_letter(letter).and_then(|lang| ALL.iter().position(|other| *other == lang)) {
            Some(index) => counts[index] += 1,
            None => other += 1,
        }
        seen += 1;
        // The beginning of a long text speaks for the rest.
        if seen > 4000 {
            break;
        }
    }
    // Japanese is written with Chinese characters, too: what is Japanese alone decides.
    let (japanese, chinese) = (counts[0], counts[2]);
    if japanese > 0 && japanese * 10 > chinese {
        counts[0] += chinese;
        counts[2] = 0;
    }
    let (most, count) = counts.iter().enumerate().max_by_key(|(_, count)| **count)?;
    // A sign of these says as much as several Latin letters.
    let weight = if most < 3 { 3 } else { 1 };
    (count * weight > other).then(|| ALL[most])
}

fn of_letter(letter: char) -> Option<&'static str> {
    Some(match u32::from(letter) {
        0x3040..=0x30FF | 0x31F0..=0x31FF => "ja",
        0x1100..=0x11FF | 0x3130..=0x318F | 0xAC00..=0xD7A3 => "ko",
        0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF => "zh",
        0x0600..=0x06FF | 0x0750..=0x077F | 0x08A0..=0x08FF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFF => "ar",
        0x0590..=0x05FF | 0xFB1D..=0xFB4F => "he",
        0x0900..=0x097F => "hi",
        0x0980..=0x09FF => "bn",
        0x0B80..=0x0BFF => "ta",
        0x0C00..=0x0C7F => "te",
        0x0E00..=0x0E7F => "th",
        0x0370..=0x03FF | 0x1F00..=0x1FFF => "el",
        0x0400..=0x052F => "ru",
        0x10A0..=0x10FF => "ka",
        0x0530..=0x058F => "hy",
        0x1200..=0x137F => "am",
        0x1000..=0x109F => "my",
        0x1780..=0x17FF => "km",
        0x0D80..=0x0DFF => "si",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_of_most_letters_decides() {
        assert_eq!(language("A model for rivers"), None);
        assert_eq!(language("河流的模型 (river model)"), Some("zh"));
        assert_eq!(language("川のモデル"), Some("ja"));
        assert_eq!(language("강을 위한 모델"), Some("ko"));
        assert_eq!(language("نموذج للأنهار"), Some("ar"));
        assert_eq!(language("מודל לנהרות"), Some("he"));
        assert_eq!(language("the word שלום in an English sentence"), None);
        assert_eq!(language("1234 !?"), None);
    }
}
