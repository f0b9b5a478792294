//! Tables as the commands print them.

use comfy_table::{Cell, CellAlignment, Table, presets};
use routegen_spec::printable;

/// A table with a header and no lines, which suits a terminal and `awk` alike.
pub(super) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>, right: &[usize]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(head.iter().map(Cell::new));
    table.add_rows(
        rows.into_iter().map(|row| row.iter().map(|cell| Cell::new(printable(cell))).collect::<Vec<_>>()),
    );
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if right.contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines = table.lines().map(|line| line.trim_end().to_owned() + "\n");
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_has_what_a_terminal_obeys() {
        for c in '\0'..'\u{a0}' {
            let text = table(&["NAME"], [vec![format!("a{c}b")]], &[]);
            let lines: Vec<&str> = text.split('\n').collect();
            assert_eq!(lines, ["NAME", &*printable(&format!("a{c}b")), ""], "{c:?}");
        }
    }
}
