package org.pinion.fuzz;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A step of a script. Its text is one line that {@link OperationText} reads; it gives files their numbers. */
sealed interface Operation {

    /** No file is made. */
    int NONE = -1;

    /** One line. */
    String text();

    /** The file that it makes, or {@link #NONE}. */
    default int made() {
        return NONE;
    }

    /** The file that it is about, or {@link #NONE}. */
    default int file() {
        return NONE;
    }

    /** Whether it may write the process's memory. */
    default boolean writesMemory() {
        return false;
    }

    private static String assigned(int made, String rest) {
        return made == NONE ? rest : "f" + made + " = " + rest;
    }

    /** Opens a node: {@code iommu}, {@code container}, {@code cdev:ADDRESS}, {@code group:ADDRESS}. */
    record Open(int made, String node) implements Operation {
        @Override
        public String text() {
            return assigned(made, "open " + node);
        }
    }

    /** Closes a file. */
    record Close(int file) implements Operation {
        @Override
        public String text() {
            return "close f" + file;
        }
    }

    /** A request with a structure; {@code data} is what its pointers point to. */
    record Ioctl(int made, int file, Request request, Map<String, Value> values, List<Long> data)
            implements Operation {

        /** Makes both unchangeable. */
        public Ioctl {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
            data = List.copyOf(data);
        }

        /** The number in a field; 0 if the script does not say. */
        long number(String field) {
            Value value = values.get(field);
            return value == null ? 0 : value.number();
        }

        /** The same with another value in a field, or without it if that is null. */
        Ioctl with(String field, Value value) {
            Map<String, Value> changed = new LinkedHashMap<>(values);
            if (value == null) {
                changed.remove(field);
            } else {
                changed.put(field, value);
            }
            return new Ioctl(made, file, request, changed, data);
        }

        @Override
        public boolean writesMemory() {
            return request == Request.MOCK_ACCESS_RW;
        }

        @Override
        public String text() {
            StringBuilder line = new StringBuilder("f" + file + " " + request);
            values.forEach((name, value) -> line.append(' ').append(name).append('=').append(value.text()));
            if (values.isEmpty()) {
                line.append(" -");
            }
            if (!data.isEmpty()) {
                line.append(data.stream().map(Value::hexadecimal).collect(Collectors.joining(",", " array=", "")));
            }
            return assigned(made, line.toString());
        }
    }

    /** A request with a number in place of a structure. */
    record Plain(int file, Request request, Value argument) implements Operation {
        @Override
        public String text() {
            return "f" + file + " " + request + " " + argument.text();
        }
    }

    /** Asks a group for the file of one of its devices. */
    record DeviceFile(int made, int file, String device) implements Operation {
        @Override
        public String text() {
            return assigned(made, "f" + file + " device " + device);
        }
    }

    /** Asks whether a file can be read now. */
    record Poll(int file) implements Operation {
        @Override
        public String text() {
            return "poll f" + file;
        }
    }

    /** Cuts or grows the file of a memory. */
    record Truncate(int ram, long bytes) implements Operation {
        @Override
        public String text() {
            return "truncate mem" + ram + " " + Value.hexadecimal(bytes);
        }
    }

    /** Unmaps a memory from the process. */
    record Drop(int ram) implements Operation {
        @Override
        public String text() {
            return "drop ram" + ram;
        }
    }

    /** Looks at a memory's bytes. */
    record Bytes(int ram) implements Operation {
        @Override
        public String text() {
            return "bytes ram" + ram;
        }
    }

    /** Looks at how many pages the process has pinned and locked. */
    record Ledger() implements Operation {
        @Override
        public String text() {
            return "ledger";
        }
    }
}
