package org.pinion.source.qemu;

import java.math.BigInteger;
import java.util.Map;
import org.pinion.api.IommuException;

/** A JSON object whose keys are asked for by the type they must have; a fault names the key by its path. */
final class JsonObject {

    private final Place place;
    private final String path;
    private final Map<?, ?> values;

    JsonObject(Place place, String path, Object value) throws IommuException {
        if (!(value instanceof Map<?, ?> map)) {
            throw place.fault(path + " must be an object, not " + describe(value), MemoryDevicesReader.REMEDY);
        }
        this.place = place;
        this.path = path;
        this.values = map;
    }

    String path() {
        return path;
    }

    boolean has(String key) {
        return values.get(key) != null;
    }

    JsonObject object(String key) throws IommuException {
        return new JsonObject(place, path + "." + key, values.get(key));
    }

    String text(String key) throws IommuException {
        if (values.get(key) instanceof String text) {
            return text;
        }
        throw wrong(key, "a string");
    }

    long unsigned(String key) throws IommuException {
        Object value = values.get(key);
        BigInteger number = switch (value) {
            case Integer small -> BigInteger.valueOf(small);
            case Long large -> BigInteger.valueOf(large);
            case BigInteger huge -> huge;
            case null, default -> throw wrong(key, "a whole number");
        };
        if (number.signum() < 0 || number.bitLength() > Long.SIZE) {
            throw wrong(key, "a whole number from 0 to 2^64-1");
        }
        return number.longValue();
    }

    private IommuException wrong(String key, String type) {
        return place.fault(
                "%s.%s must be %s, not %s".formatted(path, key, type, describe(values.get(key))),
                MemoryDevicesReader.REMEDY);
    }

    private static String describe(Object value) {
        return switch (value) {
            case null -> "missing or null";
            case Map<?, ?> _ -> "an object";
            case String text -> "\"" + MemoryTreeParser.shorten(text) + "\"";
            case Iterable<?> _ -> "a list";
            default -> value.toString();
        };
    }
}
