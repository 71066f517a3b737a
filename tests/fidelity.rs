//! `docs/fidelity.md` is what the code says; `REWRITE=1` makes it anew.

#[test]
fn the_sheet_is_what_the_code_says() {
    let file = tests::root().join("docs/fidelity.md");
    let wanted = simulator::fidelity::markdown();
    if std::env::var_os("REWRITE").is_some() {
        std::fs::write(&file, &wanted).expect("writable");
    }
    assert_eq!(std::fs::read_to_string(&file).expect("docs/fidelity.md"), wanted);
}
