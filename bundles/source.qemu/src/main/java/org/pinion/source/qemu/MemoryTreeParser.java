package org.pinion.source.qemu;

import java.util.ArrayList;
import java.util.List;
import org.pinion.api.IommuException;
import org.pinion.source.qemu.MemoryTree.Space;
import org.pinion.source.qemu.MemoryTree.View;

/**
 * Parses the text of {@code info mtree -f}, line by line. QEMU ends every view with an empty line: a text that lacks
 * the last one was cut, and is refused, since a view that lacks its upper half is a valid one.
 */
final class MemoryTreeParser {

    static final String REMEDY = "capture the output of 'info mtree -f -o' again, whole and unedited";

    private static final String HEADING = "FlatView #";
    private static final String SPACE = " AS \"";
    private static final String SPACE_ROOT = "\", root: ";
    private static final String ROOT = " Root memory region: ";
    private static final String NOT_RENDERED = "  No rendered FlatView";
    private static final String DISPATCH = "  Dispatch";
    private static final int SHOWN = 80;

    private enum State {
        BETWEEN_VIEWS,
        SPACES,
        RANGES,
        DISPATCH_TREE
    }

    private final Place origin;
    private final List<View> views = new ArrayList<>();
    private State state = State.BETWEEN_VIEWS;
    private View view;

    private MemoryTreeParser(String origin) {
        this.origin = Place.of(origin);
    }

    static MemoryTree parse(String origin, String text) throws IommuException {
        return new MemoryTreeParser(origin).tree(text);
    }

    private MemoryTree tree(String text) throws IommuException {
        int number = 0;
        for (int from = 0; from < text.length(); ) {
            int newline = text.indexOf('\n', from);
            int end = newline < 0 ? text.length() : newline;
            number++;
            if (newline < 0 && state != State.BETWEEN_VIEWS) {
                throw origin.at(number).fault("the capture ends in the middle of the line", REMEDY);
            }
            boolean carriage = end > from && text.charAt(end - 1) == '\r';
            line(origin.at(number), text.substring(from, carriage ? end - 1 : end));
            from = end + 1;
        }
        if (state != State.BETWEEN_VIEWS) {
            throw origin.at(number)
                    .fault("the capture ends without the empty line that ends every flat view: it was cut", REMEDY);
        }
        if (views.isEmpty()) {
            throw origin.fault("there is no flat view in it", REMEDY);
        }
        return new MemoryTree(origin, List.copyOf(views));
    }

    private void line(Place place, String line) throws IommuException {
        switch (state) {
            case BETWEEN_VIEWS -> between(place, line);
            case SPACES -> space(place, line);
            case RANGES -> range(place, line);
            default -> dispatch(place, line);
        }
    }

    private void between(Place place, String line) throws IommuException {
        if (line.startsWith(HEADING)) {
            view = new View(place.line(), new ArrayList<>(), new ArrayList<>());
            state = State.SPACES;
        } else if (line.startsWith("address-space: ") || line.startsWith("memory-region: ")) {
            throw place.fault("this is the output of 'info mtree' without -f", "capture 'info mtree -f -o' instead");
        } else if (!isMonitorChatter(line)) {
            throw unexpected(place, line, views.isEmpty() ? "this is not the output of 'info mtree -f'"
                    : "here a flat view or the end is expected");
        }
    }

    /** The prompt with the echoed command, and the greeting, are caught when a terminal is captured. */
    private static boolean isMonitorChatter(String line) {
        return line.isBlank()
                || line.contains("(qemu)")
                || line.startsWith("QEMU ") && line.contains(" monitor - type 'help'");
    }

    private void space(Place place, String line) throws IommuException {
        int root = line.indexOf(SPACE_ROOT, SPACE.length());
        if (line.startsWith(SPACE) && root > 0) {
            String name = line.substring(SPACE.length(), root);
            int alias = line.indexOf(", alias ", root);
            view.spaces().add(
                    new Space(name, line.substring(root + SPACE_ROOT.length(), alias < 0 ? line.length() : alias)));
        } else if (line.startsWith(ROOT)) {
            state = State.RANGES;
        } else {
            throw unexpected(place, line, "here an address space or the root memory region is expected");
        }
    }

    private void range(Place place, String line) throws IommuException {
        if (line.isEmpty()) {
            endOfView();
        } else if (line.equals(DISPATCH)) {
            state = State.DISPATCH_TREE;
        } else if (line.startsWith(HEADING)) {
            throw unexpected(place, line, "a flat view begins where the one before has not ended with an empty line");
        } else if (!line.equals(NOT_RENDERED)) {
            view.ranges().add(RangeParser.parse(place, line));
        }
    }

    /** What {@code -d} adds tells nothing about memory that the ranges do not. */
    private void dispatch(Place place, String line) throws IommuException {
        if (line.isEmpty()) {
            endOfView();
        } else if (!line.startsWith("    ") && !line.startsWith("\t")) {
            throw unexpected(place, line, "here a line of the dispatch tree is expected");
        }
    }

    private void endOfView() {
        views.add(view);
        state = State.BETWEEN_VIEWS;
    }

    private static IommuException unexpected(Place place, String line, String why) {
        return place.fault(why + ": \"" + shorten(line) + "\"", REMEDY);
    }

    static String shorten(String line) {
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
    }
}
