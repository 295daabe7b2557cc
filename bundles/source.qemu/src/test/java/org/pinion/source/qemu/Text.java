package org.pinion.source.qemu;

/** Memory trees of one view, as QEMU would print them. */
final class Text {

    private static final String HEADER = """
            FlatView #0
             AS "memory", root: system
             Root memory region: system
            """;

    private Text() {}

    static String view(String... ranges) {
        return HEADER + String.join("\n", ranges) + "\n\n";
    }

    static MemoryTree tree(String text) throws org.pinion.api.IommuException {
        return MemoryTreeParser.parse("guest.mtree", text);
    }

    static Range range(String line) throws org.pinion.api.IommuException {
        return tree(view(line)).views().getFirst().ranges().getFirst();
    }
}
