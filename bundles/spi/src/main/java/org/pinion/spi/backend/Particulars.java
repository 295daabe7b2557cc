package org.pinion.spi.backend;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pinion.api.AddressRange;

/**
 * What a backend needs to go on with an address space of another bundle: values by name. Only values that outlive the
 * bundle are taken: strings, numbers, truth values, the types of {@code org.pinion.api}, lists of these, and further
 * particulars.
 */
public final class Particulars {

    private final Map<String, Object> values;

    private Particulars(Map<String, Object> values) {
        this.values = values;
    }

    /**
     * Takes values over.
     *
     * @param values the values by name
     * @return the same, copied
     * @throws IllegalArgumentException if one of them is of a type that is not taken; the message says which
     */
    public static Particulars of(Map<String, ?> values) {
        Map<String, Object> copy = LinkedHashMap.newLinkedHashMap(values.size());
        values.forEach((key, value) -> copy.put(key, plain(key, value)));
        return new Particulars(copy);
    }

    private static Object plain(String key, Object value) {
        return switch (value) {
            case String _, Long _, Integer _, Boolean _, Particulars _ -> value;
            case List<?> list -> plain(key, list);
            case Object other when isOfApi(other.getClass()) -> other;
            case null, default -> throw new IllegalArgumentException("'" + key + "' is "
                    + (value == null ? "null" : "a " + value.getClass().getName()) + ", which cannot be handed over");
        };
    }

    /** A list is copied, but not a list of the api's that shares what it has with others. */
    private static List<?> plain(String key, List<?> list) {
        return isOfApi(list.getClass())
                ? list
                : list.stream().<Object>map(element -> plain(key, element)).toList();
    }

    private static boolean isOfApi(Class<?> type) {
        return type.getClassLoader() == AddressRange.class.getClassLoader()
                && type.getPackageName().equals(AddressRange.class.getPackageName());
    }

    /** {@return the values by name, for who writes them down} */
    public Map<String, Object> asMap() {
        return Collections.unmodifiableMap(values);
    }

    /**
     * @param key a name
     * @return the number of that name
     * @throws IllegalArgumentException if there is none
     */
    public long number(String key) {
        return get(key, Number.class).longValue();
    }

    /**
     * @param key a name
     * @return the truth value of that name
     * @throws IllegalArgumentException if there is none
     */
    public boolean flag(String key) {
        return get(key, Boolean.class);
    }

    /**
     * @param <T> a type of value
     * @param key a name
     * @param type the type
     * @return the value of that name
     * @throws IllegalArgumentException if there is none, or it is of another type
     */
    public <T> T get(String key, Class<T> type) {
        return cast(key, values.get(key), type);
    }

    /**
     * @param <T> a type of value
     * @param key a name
     * @param type the type
     * @return the list of that name
     * @throws IllegalArgumentException if there is none, or something in it is of another type
     */
    public <T> List<T> list(String key, Class<T> type) {
        List<?> list = get(key, List.class);
        return list.stream().map(element -> cast(key, element, type)).toList();
    }

    private static <T> T cast(String key, Object value, Class<T> type) {
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    "what was handed over has no '%s' that is a %s".formatted(key, type.getSimpleName()));
        }
        return type.cast(value);
    }

    /** {@return the names and values, for people who look for a fault} */
    @Override
    public String toString() {
        return values.toString();
    }
}
