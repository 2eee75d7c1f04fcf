use proptest::prelude::*;

use super::*;

/// The attribute's number.
fn attribute(element: &str, name: &str) -> Option<f64> {
    let start = element.find(&format!(" {name}=\""))? + name.len() + 3;
    let text = &element[start..start + element[start..].find('"')?];
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} in {element}")))
}

/// Checks that the picture is well formed, has its words, and keeps within its paper.
fn assert_sound(chart: &Chart) {
    let document = crate::xml::parse(&chart.svg).unwrap_or_else(|error| panic!("{error:?}: {}", chart.svg));
    assert!(document.quirks.is_empty(), "{:?}", document.quirks);
    assert!(chart.svg.contains("role=\"img\"") && !chart.svg.contains(" style=") && !chart.svg.contains("<script"));
    assert!(!chart.alt.is_empty());
    let is_on_paper = |x: f64, y: f64, element: &str| {
        assert!((0.0..=chart.width).contains(&x), "{x} of {}: {element}", chart.width);
        assert!((0.0..=chart.height).contains(&y), "{y} of {}: {element}", chart.height);
    };
    let mut words: Vec<(f64, f64, f64)> = Vec::new();
    for element in chart.svg.split('<').skip(2) {
        if element.starts_with("rect") {
            let at = |name| attribute(element, name).unwrap();
            is_on_paper(at("x"), at("y"), element);
            is_on_paper(at("x") + at("width"), at("y") + at("height"), element);
        } else if element.starts_with("line ") {
            let at = |name| attribute(element, name).unwrap();
            is_on_paper(at("x1"), at("y1"), element);
            is_on_paper(at("x2"), at("y2"), element);
        } else if element.starts_with("poly") {
            let points = element.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
            for point in points.split(' ') {
                let (x, y) = point.split_once(',').unwrap();
                is_on_paper(x.parse().unwrap(), y.parse().unwrap(), element);
            }
        } else if element.starts_with("text ") {
            let (x, y) = (attribute(element, "x").unwrap(), attribute(element, "y").unwrap());
            let text = element.split_once('>').unwrap().1;
            let text = text
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&");
            let width = canvas::width_of(&text);
            let start = match element {
                middle if middle.contains("\"middle\"") => x - width / 2.0,
                end if end.contains("\"end\"") => x - width,
                _ => x,
            };
            is_on_paper(start, y - canvas::LETTER, element);
            is_on_paper(start + width, y, element);
            words.push((start, start + width, y));
        }
    }
    for (index, (start, end, y)) in words.iter().enumerate() {
        for (other_start, other_end, other_y) in &words[index + 1..] {
            let is_apart = (y - other_y).abs() >= canvas::LETTER - 1.0 || end <= other_start || other_end <= start;
            assert!(
                is_apart,
                "words meet at {start} {y} and {other_start} {other_y}: {}",
                chart.svg
            );
        }
    }
}

fn bars(values: &[f64]) -> Plot {
    let bar = |(index, value): (usize, &f64)| Bar {
        label: format!("group={index} & everything else there is to say about it"),
        value: *value,
        words: number(*value),
        interval: (index % 2 == 0).then(|| (value - 1.0, value + f64::from(u8::try_from(index % 7).unwrap()))),
    };
    Plot::Bars(vec![Panel {
        heading: "Accuracy".to_owned(),
        bars: values.iter().enumerate().map(bar).collect(),
        reference: values.first().copied(),
    }])
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        -1.0..1.0f64,
        Just(0.0),
        Just(f64::MAX),
        Just(f64::MIN),
        Just(f64::MIN_POSITIVE),
        Just(5e-324),
        Just(f64::NAN),
        Just(f64::INFINITY),
    ]
}

fn any_word() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z=&<]{0,40}",
        Just("患者の年齢と性別と人種と居住地".to_owned())
    ]
}

proptest! {
    #[test]
    fn any_numbers_and_words_make_a_sound_picture(
        values in prop::collection::vec(any_number(), 0..30),
        others in prop::collection::vec(any_number(), 0..30),
        words in prop::collection::vec(any_word(), 0..14),
        is_roc: bool,
    ) {
        let name = |index: usize| words.get(index % words.len().max(1)).cloned().unwrap_or_default();
        assert_sound(&draw("a", &name(0), &bars(&values)));
        let panels = values.chunks(3).enumerate().map(|(at, values)| Panel {
            heading: name(at),
            bars: values.iter().enumerate().map(|(index, value)| Bar {
                label: name(index),
                value: *value,
                words: name(index + 1),
                interval: others.get(index).map(|other| (*other, *value)),
            }).collect(),
            reference: others.first().copied(),
        });
        assert_sound(&draw("b", "t", &Plot::Bars(panels.collect())));
        let points: Vec<(f64, f64)> = values.iter().copied().zip(others.iter().copied()).collect();
        let series = points.chunks(4).enumerate().map(|(index, points)| (name(index), points.to_vec()));
        assert_sound(&draw("c", "t", &Plot::Lines(Lines { x: name(0), y: name(1), series: series.collect(), is_roc })));
        let cells = values.chunks(words.len().max(1)).map(<[f64]>::to_vec).collect();
        assert_sound(&draw("d", "t", &Plot::Matrix(Matrix { rows: words.clone(), columns: words.clone(), cells })));
        let parts = values.iter().enumerate().map(|(index, value)| (name(index), *value)).collect();
        assert_sound(&draw("e", "t", &Plot::Split(parts)));
    }
}

#[test]
fn ten_thousand_values_are_counted_and_none_is_lost() {
    let values: Vec<f64> = (0..10_000).map(|index| f64::from(index) / 1e4).collect();
    let chart = draw("a", "Many", &bars(&values));
    assert_sound(&chart);
    assert!(chart.svg.contains("9920 more values are in the table."));
    assert_eq!(chart.data.rows.len(), 10_000);
    let points = values.iter().map(|value| (*value, value.sqrt())).collect();
    let chart = draw(
        "b",
        "Many",
        &Plot::Lines(Lines {
            series: vec![("ROC".to_owned(), points)],
            is_roc: true,
            ..Lines::default()
        }),
    );
    assert_sound(&chart);
    assert!(chart.svg.len() < 12_000, "{}", chart.svg.len());
    assert_eq!(chart.data.rows.len(), 10_000);
}

#[test]
fn a_bar_is_as_long_as_its_value_and_begins_at_zero() {
    let bar = |label: &str, value: f64| Bar {
        label: label.to_owned(),
        value,
        words: number(value),
        interval: None,
    };
    let panel = Panel {
        bars: vec![bar("all", 0.5), bar("sex=F", 1.0), bar("none", 0.0), bar("less", -0.5)],
        ..Panel::default()
    };
    let chart = draw("a", "t", &Plot::Bars(vec![panel]));
    let widths: Vec<f64> = chart
        .svg
        .split("<rect")
        .skip(1)
        .map(|rect| attribute(rect, "width").unwrap())
        .collect();
    assert_eq!(widths.len(), 4);
    assert!((widths[1] - 2.0 * widths[0]).abs() < 0.02 && widths[2] < 0.01 && (widths[3] - widths[0]).abs() < 0.02);
    assert!(chart.alt.contains("from -0.5 (less) to 1 (sex=F)"), "{}", chart.alt);
}

#[test]
fn a_matrix_writes_its_numbers_and_says_how_many_hit() {
    let names = ["cat", "dog"].map(str::to_owned).to_vec();
    let chart = draw(
        "a",
        "t",
        &Plot::Matrix(Matrix {
            rows: names.clone(),
            columns: names,
            cells: vec![vec![50.0, 3.0], vec![7.0, 40.0]],
        }),
    );
    assert_sound(&chart);
    for word in [">50<", ">3<", ">7<", ">40<", ">cat<", ">dog<"] {
        assert!(chart.svg.contains(word), "{word}");
    }
    assert!(chart.alt.contains("90 of 100 on the diagonal"), "{}", chart.alt);
}

#[test]
fn parts_are_shares_of_their_sum() {
    let parts = [("train", 8000.0), ("validation", 1000.0), ("test", 1000.0)];
    let chart = draw(
        "a",
        "t",
        &Plot::Split(parts.map(|(name, size)| (name.to_owned(), size)).to_vec()),
    );
    assert_sound(&chart);
    assert_eq!(chart.alt, "Parts of a whole: train 80 %, validation 10 %, test 10 %.");
}

#[test]
fn markup_in_words_stays_words() {
    let chart = draw(
        "a\" onload=\"x",
        "</svg><script>",
        &Plot::Split(vec![("<script>\u{0}&".to_owned(), 1.0)]),
    );
    assert_sound(&chart);
    assert!(!chart.svg.contains("<script>"));
    assert!(chart.svg.contains("&lt;script&gt;&amp;"));
}

#[test]
fn numbers_are_spelled_short() {
    for (value, words) in [
        (0.0, "0"),
        (0.93, "0.93"),
        (12_345.6, "12345.6"),
        (1e300, "1.0e300"),
        (-5e-324, "-4.9e-324"),
    ] {
        assert_eq!(number(value), words);
    }
}

#[test]
fn a_chart_is_divided_between_its_bars() {
    let bars = |count: usize| {
        let bar = |number: usize| Bar {
            label: format!("site {number}"),
            value: 0.5,
            words: "0.5".into(),
            interval: None,
        };
        Panel {
            heading: "recall".into(),
            bars: (0..count).map(bar).collect(),
            reference: None,
        }
    };
    let chart = draw("a", "Sites", &Plot::Bars(vec![bars(30), bars(30)]));
    let most = 500.0;
    let pieces = chart.pieces(most);
    assert!(pieces.len() > 2 && pieces.iter().all(|(_, height)| *height <= most));
    let whole: f64 = pieces.iter().map(|(_, height)| height).sum();
    assert!((whole - chart.height).abs() < 0.01, "{whole} of {}", chart.height);
    let mut from = 0.0;
    for (svg, height) in &pieces {
        assert!(svg.contains(&format!("viewBox=\"0 {from} 400 {height}\"")), "{svg}");
        from += height;
    }
    // One that is low enough, or has no bars, is one piece.
    assert_eq!(draw("a", "b", &Plot::Bars(vec![bars(3)])).pieces(most).len(), 1);
    let matrix = Matrix {
        rows: vec!["a".into(); 60],
        columns: vec!["b".into(); 2],
        cells: vec![vec![1.0, 2.0]; 60],
    };
    assert_eq!(draw("a", "b", &Plot::Matrix(matrix)).pieces(most).len(), 1);
}
