package org.pinion.emulator.host;

import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Where in a host file something stands, for messages.
 *
 * @param file the file's name
 * @param path what the line belongs to, such as {@code "device 0000:00:10.0"}; empty at the top
 */
record Place(String file, String path) {

    Place in(String part) {
        return new Place(file, path.isEmpty() ? part : path + ": " + part);
    }

    HostFileException error(Node node, String message, Object... arguments) {
        int line = node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
        String where = path.isEmpty() ? "" : path + ": ";
        return new HostFileException("%s:%d: %s%s".formatted(file, line, where, message.formatted(arguments)));
    }
}
