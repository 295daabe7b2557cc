package org.pinion.fuzz;

import java.util.ArrayList;
import java.util.List;

/** How the C compiler lays out a structure: each field at the next multiple of its width. */
final class Layout {

    private Layout() {}

    static List<Field> fields(String layout) {
        List<Field> fields = new ArrayList<>();
        int at = 0;
        for (String word : layout.isEmpty() ? new String[0] : layout.split(" ")) {
            String[] parts = word.split(":");
            boolean file = parts[1].endsWith("!");
            int width = Integer.parseInt(file ? parts[1].substring(0, 1) : parts[1]);
            at = (at + width - 1) / width * width;
            fields.add(new Field(parts[0], at, width, file));
            at += width;
        }
        return List.copyOf(fields);
    }

    static int size(List<Field> fields) {
        return fields.isEmpty() ? 0 : fields.getLast().offset() + fields.getLast().width();
    }
}
