package org.pinion.shell.report;

import java.util.List;
import org.pinion.api.AddressRange;

/** Installed mappings for people. */
public final class TableText {

    private TableText() {}

    /**
     * @param table installed mappings, sorted by address
     * @return a line each, ended by newlines
     */
    public static String of(List<TableRow> table) {
        List<AddressRange> ranges = table.stream().map(row -> row.mapping().range()).toList();
        RangeColumn column = new RangeColumn(ranges);
        Columns rows = new Columns();
        for (TableRow row : table) {
            AddressRange range = row.mapping().range();
            rows.row(column.range(range), column.size(range), row.mapping().access().symbol(),
                    row.mapping().route().symbol(), row.bytes());
        }
        return rows.text();
    }
}
