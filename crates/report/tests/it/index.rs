//! The page that lists pages.

use report::index_page;
use rulebook::{Language, Text};

#[test]
fn links_lead_to_pages_beside_it() {
    let links = [("1.html".to_owned(), Text::new("Un & <b>", "One")), ("2.html".to_owned(), Text::same("2"))];
    let title = Text::new("Les pages", "The pages");
    let page = index_page(&title, &links, Language::French).expect("a page");
    for words in
        ["<h1>Les pages</h1>", "<a href=\"1.html\">Un &#38; &#60;b&#62;</a>", "<a href=\"2.html\">2</a>"]
    {
        assert!(page.contains(words), "{words}\n{page}");
    }
}
