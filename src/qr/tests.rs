use super::*;

#[test]
fn a_file_comes_through_from_any_frames_that_are_enough() {
    let file: Vec<u8> = (0..3000u32).map(|n| (n * n % 251) as u8).collect();
    let transfer = Transfer::new(&file, symbol::capacity(12, symbol::Level::Low)).unwrap();
    assert!(transfer.chars() <= 535);
    let mut collector = Collector::default();
    let last = transfer.needed() * 2 - 1;
    for number in (transfer.needed()..transfer.needed() * 2).rev() {
        let taken = collector.take(&transfer.text(number).to_lowercase());
        let expected = if number == transfer.needed() {
            Taken::Complete
        } else {
            Taken::New
        };
        assert_eq!(taken, expected, "{number} of {last}");
    }
    assert_eq!(
        collector.file().unwrap(),
        (file.as_slice(), transfer.digest())
    );
}
