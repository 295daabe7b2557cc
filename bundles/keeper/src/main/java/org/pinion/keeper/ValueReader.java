package org.pinion.keeper;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.RangeSet;
import org.pinion.spi.backend.Particulars;

/** Reads what {@link Values} has written. */
final class ValueReader {

    private final UnaryOperator<Backing.MemoryFile> files;

    /** @param files tells where a memory file of the process that wrote is in this one */
    ValueReader(UnaryOperator<Backing.MemoryFile> files) {
        this.files = files;
    }

    /**
     * @param <T> a type
     * @param written what JSON has
     * @param type the type
     * @return the value
     * @throws DamagedRecordException if it is none, or of a later version
     */
    <T> T read(Object written, Class<T> type) throws DamagedRecordException {
        Object value = read(written);
        if (!type.isInstance(value)) {
            throw DamagedRecordException.damaged("there is no " + type.getSimpleName() + " where one should be");
        }
        return type.cast(value);
    }

    <T> List<T> list(Object written, Class<T> type) throws DamagedRecordException {
        if (!(written instanceof List<?> elements)) {
            throw DamagedRecordException.damaged("there is no list where one should be");
        }
        List<T> list = new ArrayList<>(elements.size());
        for (Object element : elements) {
            list.add(read(element, type));
        }
        return list;
    }

    private Object read(Object written) throws DamagedRecordException {
        return switch (written) {
            case List<?> _ -> list(written, Object.class);
            case Map<?, ?> object -> object(object);
            case null, default -> written;
        };
    }

    private Object object(Map<?, ?> object) throws DamagedRecordException {
        Object value = object.get(Values.VALUE);
        return switch (String.valueOf(object.get(Values.TYPE))) {
            case "Optional" -> Optional.ofNullable(read(value));
            case "RangeSet" -> RangeSet.of(list(value, AddressRange.class));
            case "Particulars" -> Particulars.of(map(value));
            case "Map" -> map(value);
            case String type -> typed(type, object);
        };
    }

    private Map<String, Object> map(Object written) throws DamagedRecordException {
        if (!(written instanceof Map<?, ?> object)) {
            throw DamagedRecordException.damaged("there is no object where one should be");
        }
        Map<String, Object> map = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : object.entrySet()) {
            map.put((String) entry.getKey(), read(entry.getValue()));
        }
        return map;
    }

    private Object typed(String name, Map<?, ?> object) throws DamagedRecordException {
        Class<?> type = type(name);
        if (type.isEnum()) {
            return constant(type, String.valueOf(object.get(Values.VALUE)));
        }
        Object made = made(type, object);
        return made instanceof Backing.MemoryFile file ? files.apply(file) : made;
    }

    private static Class<?> type(String name) throws DamagedRecordException {
        int colon = name.indexOf(':');
        String packageName = colon < 0 ? null : Values.PACKAGES.get(name.substring(0, colon));
        if (packageName == null) {
            throw DamagedRecordException.ofLaterVersion("it has a value of type '" + name + "', which is not known");
        }
        try {
            String className = packageName + "." + name.substring(colon + 1);
            Class<?> type = Class.forName(className, true, ValueReader.class.getClassLoader());
            if (type.isRecord() || type.isEnum()) {
                return type;
            }
            throw DamagedRecordException.damaged("'" + name + "' is no value");
        } catch (ClassNotFoundException unknown) {
            throw DamagedRecordException.ofLaterVersion("it has a value of type '" + name + "', which is not known");
        }
    }

    private static Object constant(Class<?> type, String name) throws DamagedRecordException {
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(name)) {
                return constant;
            }
        }
        throw DamagedRecordException.ofLaterVersion(
                "it has a " + type.getSimpleName() + " '" + name + "', which is not known");
    }

    private Object made(Class<?> type, Map<?, ?> object) throws DamagedRecordException {
        RecordComponent[] components = type.getRecordComponents();
        if (object.size() != components.length + 1) {
            throw DamagedRecordException.ofLaterVersion("a " + type.getSimpleName() + " in it has "
                    + (object.size() - 1) + " parts, and this version knows " + components.length);
        }
        Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = fitted(read(object.get(components[i].getName())), types[i]);
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (InvocationTargetException refused) {
            throw DamagedRecordException.damaged("a " + type.getSimpleName() + " in it is none: "
                    + refused.getCause().getMessage());
        } catch (ReflectiveOperationException | IllegalArgumentException unfit) {
            throw DamagedRecordException.damaged("a " + type.getSimpleName() + " in it is none: " + unfit.getMessage());
        }
    }

    /** JSON has one kind of number, and no sets. */
    private static Object fitted(Object value, Class<?> type) {
        return switch (value) {
            case Number number when type == long.class -> number.longValue();
            case Number number when type == int.class -> number.intValue();
            case List<?> list when type == Set.class -> Set.copyOf(list);
            case null, default -> value;
        };
    }
}
