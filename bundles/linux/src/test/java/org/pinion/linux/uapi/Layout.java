package org.pinion.linux.uapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/**
 * What the C compiler says about a structure, beside the class that is to agree with it.
 *
 * @param struct its name in C
 * @param size its bytes in C
 * @param declared what the class says
 * @param type the class
 * @param allocate makes a new one
 * @param fields the fields that the class has setters for
 */
record Layout<S extends Struct>(
        String struct, int size, int declared, Class<S> type, Function<Arena, S> allocate, List<Field<S>> fields) {

    private static final long PATTERN = 0x8182838485868788L;

    record Field<S>(String name, int offset, int width, Setter<S> setter, ToLongFunction<S> getter) {

        long pattern() {
            return width == Long.BYTES ? PATTERN : PATTERN & ((1L << (8 * width)) - 1);
        }
    }

    interface Setter<S> {
        void set(S struct, long value);
    }

    interface IntSetter<S> {
        S set(S struct, int value);
    }

    interface ByteSetter<S> {
        S set(S struct, byte value);
    }

    interface ShortSetter<S> {
        S set(S struct, short value);
    }

    interface LongSetter<S> {
        S set(S struct, long value);
    }

    Layout(String struct, int size, int declared, Class<S> type, Function<Arena, S> allocate) {
        this(struct, size, declared, type, allocate, new ArrayList<>());
    }

    Layout<S> u8(String name, int offset, ByteSetter<S> setter, ToIntFunction<S> getter) {
        return with(new Field<>(
                name,
                offset,
                Byte.BYTES,
                (s, v) -> setter.set(s, (byte) v),
                s -> Byte.toUnsignedLong((byte) getter.applyAsInt(s))));
    }

    Layout<S> u16(String name, int offset, ShortSetter<S> setter, ToIntFunction<S> getter) {
        return with(new Field<>(
                name,
                offset,
                Short.BYTES,
                (s, v) -> setter.set(s, (short) v),
                s -> Short.toUnsignedLong((short) getter.applyAsInt(s))));
    }

    Layout<S> u32(String name, int offset, IntSetter<S> setter, ToIntFunction<S> getter) {
        return with(new Field<>(
                name,
                offset,
                Integer.BYTES,
                (s, v) -> setter.set(s, (int) v),
                s -> Integer.toUnsignedLong(getter.applyAsInt(s))));
    }

    Layout<S> u64(String name, int offset, LongSetter<S> setter, ToLongFunction<S> getter) {
        return with(new Field<>(name, offset, Long.BYTES, setter::set, getter));
    }

    private Layout<S> with(Field<S> field) {
        fields.add(field);
        return this;
    }

    byte[] written(Consumer<S> write) {
        try (Arena arena = Arena.ofConfined()) {
            S made = allocate.apply(arena);
            write.accept(made);
            return made.memory().toArray(ValueLayout.JAVA_BYTE);
        }
    }

    void checkSetters() {
        for (Field<S> field : fields) {
            byte[] expected = written(made -> {});
            for (int i = 0; i < field.width(); i++) {
                expected[field.offset() + i] = (byte) (field.pattern() >>> (8 * i));
            }
            assertThat(written(made -> field.setter().set(made, field.pattern())))
                    .as(field.name())
                    .isEqualTo(expected);
        }
    }

    void checkGetters() {
        try (Arena arena = Arena.ofConfined()) {
            S made = allocate.apply(arena);
            for (Field<S> field : fields) {
                field.setter().set(made, field.pattern());
                assertThat(field.getter().applyAsLong(made)).as(field.name()).isEqualTo(field.pattern());
            }
        }
    }

    @Override
    public String toString() {
        return struct;
    }
}
