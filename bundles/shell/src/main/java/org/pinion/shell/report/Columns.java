package org.pinion.shell.report;

import java.util.ArrayList;
import java.util.List;

/** Rows of cells set in columns as wide as their widest cell; whole lines may stand between the rows. */
public final class Columns {

    private static final String GAP = "  ";

    private final List<Object> lines = new ArrayList<>();
    private final List<Integer> widths = new ArrayList<>();

    /**
     * Adds a row.
     *
     * @param cells the cells, left to right
     */
    public void row(String... cells) {
        row(List.of(cells));
    }

    private void row(List<String> cells) {
        for (int i = 0; i < cells.size(); i++) {
            int width = cells.get(i).length();
            if (i == widths.size()) {
                widths.add(width);
            } else {
                widths.set(i, Math.max(widths.get(i), width));
            }
        }
        lines.add(cells);
    }

    /**
     * Adds a line that keeps out of the columns.
     *
     * @param text the line
     */
    public void line(String text) {
        lines.add(text);
    }

    /** {@return the rows and lines, each ended by a newline, without blanks at the ends} */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Object line : lines) {
            text.append(line instanceof List<?> cells ? set(cells) : line).append('\n');
        }
        return text.toString();
    }

    private String set(List<?> cells) {
        StringBuilder row = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            String cell = cells.get(i).toString();
            row.append(i == 0 ? "" : GAP).append(cell).repeat(' ', widths.get(i) - cell.length());
        }
        return row.toString().stripTrailing();
    }

    /**
     * Pads texts on the left to the same length, so that they can be set as a right-aligned column.
     *
     * @param text the text
     * @param width the length wanted
     * @return the text, at least as long as wanted
     */
    static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }
}
