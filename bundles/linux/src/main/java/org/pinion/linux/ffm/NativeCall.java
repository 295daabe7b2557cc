package org.pinion.linux.ffm;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How functions of the C library are bound and called, so that they answer as the system call underneath does. */
public final class NativeCall {

    private static final int FAILED = -1;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(PathElement.groupElement("errno"));

    /**
     * What a call leaves behind, per thread; its class is the JDK's, so that it keeps no class loader of a bundle
     * alive.
     */
    private static final ThreadLocal<MemorySegment> CAPTURED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

    private NativeCall() {}

    /**
     * @param name a function's name
     * @return whether the C library has it
     */
    public static boolean has(String name) {
        return LINKER.defaultLookup().find(name).isPresent();
    }

    /**
     * Binds a function; its first argument is then what {@link #state} answers.
     *
     * @param name the function's name
     * @param descriptor its arguments and result
     * @param special what is special about it
     * @return the function
     */
    public static MethodHandle bind(String name, FunctionDescriptor descriptor, Linker.Option... special) {
        MemorySegment symbol = LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsatisfiedLinkError("the C library has no function '" + name + "'"));
        List<Linker.Option> options = new ArrayList<>(Arrays.asList(special));
        options.add(Linker.Option.captureCallState("errno"));
        return LINKER.downcallHandle(symbol, descriptor, options.toArray(Linker.Option[]::new));
    }

    /** {@return where the thread's calls leave their error number} */
    public static MemorySegment state() {
        return CAPTURED.get();
    }

    /**
     * @param result what a function returned
     * @param state where it left its error number
     * @return the result, or the negated error number
     */
    public static int answer(int result, MemorySegment state) {
        return result == FAILED ? -state.get(JAVA_INT, ERRNO) : result;
    }

    /**
     * @param result what a function returned
     * @param state where it left its error number
     * @return the result, or the negated error number
     */
    public static long answer(long result, MemorySegment state) {
        return result == FAILED ? -state.get(JAVA_INT, ERRNO) : result;
    }

    /**
     * @param arena what the text lives in
     * @param text a text
     * @return the text as the C library wants it
     */
    public static MemorySegment string(Arena arena, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the C library would end '" + text + "' at its NUL character");
        }
        return arena.allocateFrom(text);
    }

    /**
     * @param thrown what a call threw, which declares that it throws anything
     * @return what can be thrown on
     */
    public static RuntimeException unchecked(Throwable thrown) {
        return switch (thrown) {
            case RuntimeException mistake -> mistake;
            case Error error -> throw error;
            default -> new IllegalStateException("a call of the C library threw", thrown);
        };
    }
}
