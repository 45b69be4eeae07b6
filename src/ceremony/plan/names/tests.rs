use super::*;

#[test]
fn a_name_is_known_in_every_way_in_which_it_is_put_into_an_id() {
    for (name, id) in [
        ("Søren Ångström", "soren"),
        ("Søren Ångström", "soeren.old"),
        ("Søren Ångström", "sign.sangstrom"),
        ("Jürgen Groß", "juergen-gross"),
        ("Jürgen Groß", "jurgeng"),
        ("Émile Zola", "emile1"),
        ("E\u{301}mile Zola", "emile"),
        ("Ada King", "aking"),
        ("Ada King", "kinga-2"),
        ("Ada King", "adaking"),
        ("Bo Ek", "boek"),
        ("Łukasz Nowak", "lukasz"),
    ] {
        let words = Plan::words_of_name(name);
        assert!(words.iter().any(|word| id_has(id, word)), "{name}: {id}");
    }
    let words = Plan::words_of_name("Ada Keyholder");
    for id in ["keyholder-1", "administrator", "witness.2", "k1", "adam"] {
        assert!(!words.iter().any(|word| id_has(id, word)), "{id}");
    }
}

#[test]
fn names_of_few_characters_have_parts() {
    let parts = |name| Plan::parts_of_name(name).collect::<Vec<_>>();
    assert_eq!(parts("王 秀英"), ["秀英"]);
    assert_eq!(parts("Bo Ek-Li"), [""; 0]);
    assert!(Plan::words_of_name("").is_empty());
}
