//! The harness itself: databases apart from each other, gone afterwards.

use db::migrate;
use tests::TestDb;

#[tokio::test]
async fn each_test_has_a_database_of_its_own() {
    let (one, two) = tokio::join!(TestDb::new(), TestDb::new());
    one.execute("CREATE TABLE xã (tên text); INSERT INTO xã VALUES ('Trảng Bom')").await;
    assert_eq!(one.text("SELECT tên FROM xã").await, "Trảng Bom");
    assert_eq!(two.text("SELECT to_regclass('xã') IS NULL").await, "true");
    assert_eq!(migrate::pending(&two.pool).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_dropped_one_is_gone_even_while_in_use() {
    let kept = TestDb::empty().await;
    let dropped = TestDb::new().await;
    let name = dropped.text("SELECT current_database()").await;
    let _connection = dropped.pool.get().await.unwrap();
    drop(dropped);
    assert_eq!(kept.text(&format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'")).await, "0");
}

#[tokio::test]
async fn a_prepared_state_is_cloned() {
    let prepare = async |pool: &db::Pool| {
        let mut connection = pool.settings().connect().await.unwrap();
        tests::sql::execute(&mut connection, "CREATE TABLE kỳ (mã text); INSERT INTO kỳ VALUES ('2025-Q1')")
            .await
            .unwrap();
    };
    for _ in 0..2 {
        assert_eq!(TestDb::like("kỳ", prepare).await.text("SELECT mã FROM kỳ").await, "2025-Q1");
    }
}
