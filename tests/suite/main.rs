mod harness;

#[tokio::test]
async fn smoke() {
    use harness::chromium::{Chromium, Script};
    for script in [Script::On, Script::Off] {
        let Some(b) = Chromium::start(script).await else { return };
        b.driver
            .goto("data:text/html,<body onload=\"document.title='ran'\"><p>hello<img src=http://127.0.0.1:9/x.png>")
            .await
            .unwrap();
        println!("{:?} title {:?}", script, b.driver.title().await.unwrap());
        b.width(320).await;
        let w = b.driver.execute("return window.innerWidth", vec![]).await.map(|v| v.json().clone());
        println!("{w:?} {:?} {:?}", b.requests().await, b.complaints().await);
        b.quit().await;
    }
}
