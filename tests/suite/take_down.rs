//! A complaint arrives: one card goes, by its address or by a link to one of its sections, and its visitor reads why.

use reqwest::StatusCode;

use crate::backups::Machine;
use crate::figures::add_to;
use crate::section_links::link_to;

const CARD: &[u8] = br#"{"notes": {"text": "The otter of Mr Smith sleeps."}}"#;
const REASON: &str = "It names a person who did not agree. <b>Leave the name out</b>.";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_is_taken_down_by_its_address_or_a_link_and_its_visitor_reads_why() {
    let mut machines = vec![Machine::on_sqlite()];
    machines.extend(Machine::on_postgres());
    for machine in machines {
        let server = machine.start();
        let (anna, boris) = (server.visitor(), server.visitor());
        let his = boris.card("his.json", CARD).await;
        let kept = anna.card("kept.json", CARD).await;
        let take_down = |address: &str, reason: &str| {
            tokio::task::block_in_place(|| machine.run(&["take-down", address, "--reason", reason]))
        };
        for by_link in [true, false] {
            let card = anna.card("otter.json", CARD).await;
            let section = format!("{card}/sections/notes");
            let picture = add_to(&anna, &section).await;
            let link = link_to(&anna, &section).await;
            let address = match by_link {
                true => format!("{}{link}", server.origin),
                false => format!("{}{section}?x#top", server.origin),
            };
            let done = take_down(&address, REASON);
            assert_eq!(done.code, 0, "{}", done.err);
            assert!(
                done.out.contains("1 browsers of its visitor are told why"),
                "{}",
                done.out
            );
            for gone in [&card, &section, &format!("/files/{picture}"), &link] {
                assert_eq!(anna.get(gone).await.status, StatusCode::NOT_FOUND, "{gone}");
            }
            let page = anna.get("/").await;
            let notices = page.page().texts(".notices, [class*=notice]").join(" ");
            assert!(notices.contains(REASON), "{notices}: {}", page.text());
            assert!(!page.text().contains("<b>Leave"), "it is text");
            let again = take_down(&address, REASON);
            assert_eq!((again.code, again.out.as_str()), (2, ""));
            assert!(again.err.contains("there is no such card"), "{}", again.err);
        }
        // Nobody else is touched or told.
        assert_eq!(anna.get(&kept).await.status, StatusCode::OK);
        assert_eq!(boris.get(&his).await.status, StatusCode::OK);
        assert!(!boris.get("/").await.text().contains("did not agree"));

        let address = format!("{}{his}", server.origin);
        for (address, reason, part) in [
            (address.as_str(), " ", "--reason"),
            (&address, &"long ".repeat(100), "--reason"),
            ("https://cards.example.org/help", REASON, "ADDRESS: name a card"),
            ("https://cards.example.org/cards/", REASON, "ADDRESS: name a card"),
        ] {
            let refused = take_down(address, reason);
            assert_eq!(refused.code, 2, "{}", refused.out);
            assert!(refused.err.contains(part), "{}", refused.err);
        }
        assert_eq!(boris.get(&his).await.status, StatusCode::OK);
        server.stop();
        assert!(machine.done(&["verify"]).contains("nothing is wrong"));
    }
}
