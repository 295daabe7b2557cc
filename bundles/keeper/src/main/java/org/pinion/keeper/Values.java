package org.pinion.keeper;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.Particulars;
import org.pinion.spi.holder.HeldSpace;

/**
 * Values as JSON has them: numbers, strings, truth values, lists, and objects. A record of {@code org.pinion.api} or
 * {@code org.pinion.spi} is an object of its components, with its type under {@value #TYPE}.
 */
final class Values {

    static final String TYPE = "@";
    static final String VALUE = "value";

    /** The packages of which records are written, by the name that stands for each. */
    static final Map<String, String> PACKAGES = Map.of(
            "api", Mapping.class.getPackageName(),
            "backend", BackendCapabilities.class.getPackageName(),
            "holder", HeldSpace.class.getPackageName());

    private Values() {}

    /**
     * @param value a value
     * @return the same for JSON
     * @throws IllegalArgumentException if it is of a type that no other process could read
     */
    static Object of(Object value) {
        return switch (value) {
            case null -> null;
            case String _, Boolean _, Integer _, Long _ -> value;
            case Enum<?> constant -> tagged(typeName(constant.getDeclaringClass()), constant.name());
            case Optional<?> optional -> tagged("Optional", of(optional.orElse(null)));
            case RangeSet ranges -> tagged("RangeSet", list(ranges.ranges()));
            case Particulars particulars -> tagged("Particulars", object(particulars.asMap()));
            case Map<?, ?> map -> tagged("Map", object(map));
            case Iterable<?> elements -> list(elements);
            case Record record -> record(record);
            default -> throw new IllegalArgumentException(
                    "a " + value.getClass().getName() + " cannot be written down for another process");
        };
    }

    static List<Object> list(Iterable<?> elements) {
        List<Object> list = new ArrayList<>();
        elements.forEach(element -> list.add(of(element)));
        return list;
    }

    private static Map<String, Object> object(Map<?, ?> map) {
        Map<String, Object> object = new LinkedHashMap<>();
        map.forEach((key, value) -> object.put((String) key, of(value)));
        return object;
    }

    private static Map<String, Object> tagged(String type, Object value) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put(TYPE, type);
        object.put(VALUE, value);
        return object;
    }

    private static Map<String, Object> record(Record record) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put(TYPE, typeName(record.getClass()));
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            object.put(component.getName(), of(get(record, component)));
        }
        return object;
    }

    private static Object get(Record record, RecordComponent component) {
        try {
            return component.getAccessor().invoke(record);
        } catch (IllegalAccessException | InvocationTargetException impossible) {
            throw new IllegalArgumentException(record.getClass().getName() + " does not show its "
                    + component.getName(), impossible);
        }
    }

    private static String typeName(Class<?> type) {
        return PACKAGES.entrySet().stream()
                .filter(known -> known.getValue().equals(type.getPackageName()))
                .findFirst()
                .map(known -> known.getKey() + ":" + type.getName().substring(known.getValue().length() + 1))
                .orElseThrow(() -> new IllegalArgumentException(
                        "a " + type.getName() + " cannot be written down for another process"));
    }
}
