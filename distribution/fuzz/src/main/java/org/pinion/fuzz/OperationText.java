package org.pinion.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the lines that {@link Operation#text()} writes. */
final class OperationText {

    private OperationText() {}

    /** IllegalArgumentException, with a reason, for a line that is none. */
    static Operation parse(String line) {
        List<String> words = Arrays.asList(line.strip().split(" +"));
        try {
            return words.size() > 2 && words.get(1).equals("=")
                    ? making(fileOf(words.get(0)), words.subList(2, words.size()))
                    : making(Operation.NONE, words);
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw new IllegalArgumentException("'" + line + "' is no operation: " + e.getMessage(), e);
        }
    }

    private static Operation making(int made, List<String> words) {
        return switch (words.get(0)) {
            case "open" -> new Operation.Open(made, words.get(1));
            case "close" -> new Operation.Close(fileOf(words.get(1)));
            case "poll" -> new Operation.Poll(fileOf(words.get(1)));
            case "truncate" -> new Operation.Truncate(after("mem", words.get(1)), Value.parseNumber(words.get(2)));
            case "drop" -> new Operation.Drop(after("ram", words.get(1)));
            case "bytes" -> new Operation.Bytes(after("ram", words.get(1)));
            case "ledger" -> new Operation.Ledger();
            default -> request(made, fileOf(words.get(0)), words);
        };
    }

    private static Operation request(int made, int file, List<String> words) {
        if (words.get(1).equals("device")) {
            return new Operation.DeviceFile(made, file, words.get(2));
        }
        Request request = Request.valueOf(words.get(1));
        String first = words.get(2);
        return first.contains("=") || first.equals("-")
                ? ioctl(made, file, request, words.subList(2, words.size()))
                : new Operation.Plain(file, request, Value.parse(first));
    }

    private static Operation ioctl(int made, int file, Request request, List<String> words) {
        Map<String, Value> values = new LinkedHashMap<>();
        List<Long> data = new ArrayList<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            String name = word.substring(0, Math.max(equals, 0));
            if (name.equals("array")) {
                Arrays.stream(word.substring(equals + 1).split(",")).map(Value::parseNumber).forEach(data::add);
            } else if (equals > 0) {
                values.put(request.field(name).name(), Value.parse(word.substring(equals + 1)));
            }
        }
        return new Operation.Ioctl(made, file, request, values, data);
    }

    private static int fileOf(String word) {
        return after("f", word);
    }

    private static int after(String prefix, String word) {
        if (!word.startsWith(prefix)) {
            throw new IllegalArgumentException("'" + word + "' should begin with '" + prefix + "'");
        }
        return Integer.parseInt(word.substring(prefix.length()));
    }
}
