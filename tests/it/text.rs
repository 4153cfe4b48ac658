//! Vietnamese text: one rule for folding, in Rust and in SQL.

use diesel::{dsl::sql, sql_types};
use diesel_async::RunQueryDsl as _;
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use tests::TestDb;

/// Letters of Vietnamese in every case and tone, composed and not, with what stands between words.
const LETTERS: &str = "[a-zA-Z0-9ăâđêôơưĂÂĐÊÔƠƯàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵỆỶỰẮỖ\u{300}\u{301}\u{309}\u{303}\u{323}ÐðƉɖ\u{a0}\u{2011}\u{2013}\u{2014}\u{2212}\u{200b}\u{200d}\u{ad}\u{feff}\u{2028}_yY /\\-.,%&]{0,40}";

#[tokio::test]
async fn sql_folds_as_rust_does() {
    let db = TestDb::new().await;
    let mut connection = db.connect().await;
    let mut runner = TestRunner::deterministic();
    let mut written: Vec<String> =
        ["Quảng Ngãi", "  ĐẮK  LẮK ", "Uỷ ban", "Ủy ban", "359–KH/TU", "Tỷ lệ quy định", "hy-ky,ly my_ty", ""]
            .map(str::to_owned)
            .into();
    written.extend((0..500).map(|_| LETTERS.new_tree(&mut runner).unwrap().current()));
    let query = diesel::select(
        sql::<sql_types::Array<sql_types::Text>>("(SELECT array_agg(fold(words) ORDER BY place) FROM unnest(")
            .bind::<sql_types::Array<sql_types::Text>, _>(written.clone())
            .sql(") WITH ORDINALITY AS w (words, place))"),
    );
    let folded: Vec<String> = query.get_result(&mut connection).await.unwrap();
    for (written, by_sql) in written.iter().zip(folded) {
        assert_eq!(db::text::fold(written), by_sql, "{written:?}");
    }
}
