package org.pinion.linux.notify;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.ffm.NativeCall;

/**
 * A process that is started with open files of this one, which Java's own way of starting processes closes. It has this
 * one's standard input, output and error.
 */
public final class ChildProcess {

    /** Tells the process its own number, which nobody knows before, and becomes what is to run. */
    private static final String BECOME = "LISTEN_PID=$$; export LISTEN_PID; exec \"$@\"";

    /** Bytes that are enough for {@code posix_spawn_file_actions_t} of every C library. */
    private static final int ACTIONS = 256;

    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int SIGNAL = 0x7f;
    private static final int STATUS_SHIFT = 8;
    private static final int STATUS = 0xff;
    private static final Linker.Option AFTER_TWO = Linker.Option.firstVariadicArg(2);

    private final int pid;

    private ChildProcess(int pid) {
        this.pid = pid;
    }

    private static final class PosixSpawn {
        static final MethodHandle CALL = NativeCall.bind(
                "posix_spawn", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    }

    private static final class InitActions {
        static final MethodHandle CALL =
                NativeCall.bind("posix_spawn_file_actions_init", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    }

    private static final class AddDup2 {
        static final MethodHandle CALL = NativeCall.bind(
                "posix_spawn_file_actions_adddup2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    }

    private static final class DestroyActions {
        static final MethodHandle CALL =
                NativeCall.bind("posix_spawn_file_actions_destroy", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    }

    private static final class Fcntl {
        static final MethodHandle CALL = NativeCall.bind(
                "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), AFTER_TWO);
    }

    private static final class Waitpid {
        static final MethodHandle CALL =
                NativeCall.bind("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    }

    /**
     * How a process has ended.
     *
     * @param signal the signal that has killed it; 0 if none has
     * @param exitCode its exit code, if none has
     */
    public record End(int signal, int exitCode) {}

    /**
     * Starts a process.
     *
     * @param kernel the kernel of the machine
     * @param command the program's path and its arguments
     * @param environment the whole of its environment, but {@code LISTEN_PID}
     * @param files what it has open from descriptor 3 on
     * @return the process
     * @throws ErrnoException if it cannot be started
     */
    public static ChildProcess start(
            Kernel kernel, List<String> command, Map<String, String> environment, List<Integer> files)
            throws ErrnoException {
        List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", BECOME, "sh"));
        words.addAll(command);
        List<Integer> high = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            // Where none of them is in the place that another is to have.
            for (int file : files) {
                high.add(duplicate(file, ServiceManager.FIRST + files.size()));
            }
            List<String> variables = new ArrayList<>();
            environment.forEach((name, value) -> variables.add(name + "=" + value));
            return new ChildProcess(spawn(arena, words, variables, high));
        } finally {
            high.forEach(kernel::close);
        }
    }

    private static int spawn(Arena arena, List<String> words, List<String> variables, List<Integer> files)
            throws ErrnoException {
        MemorySegment state = NativeCall.state();
        MemorySegment actions = arena.allocate(ACTIONS, Long.BYTES);
        MemorySegment pid = arena.allocate(JAVA_INT);
        try {
            check((int) InitActions.CALL.invokeExact(state, actions));
            for (int i = 0; i < files.size(); i++) {
                check((int) AddDup2.CALL.invokeExact(state, actions, (int) files.get(i), ServiceManager.FIRST + i));
            }
            check((int) PosixSpawn.CALL.invokeExact(
                    state, pid, arena.allocateFrom(words.getFirst()), actions, MemorySegment.NULL,
                    strings(arena, words), strings(arena, variables)));
            check((int) DestroyActions.CALL.invokeExact(state, actions));
            return pid.get(JAVA_INT, 0);
        } catch (ErrnoException refused) {
            throw refused;
        } catch (Throwable thrown) {
            throw NativeCall.unchecked(thrown);
        }
    }

    /** These functions return the error number itself. */
    private static void check(int error) throws ErrnoException {
        ErrnoException.check("posix_spawn", -error);
    }

    private static MemorySegment strings(Arena arena, List<String> strings) {
        MemorySegment array = arena.allocate(ADDRESS, strings.size() + 1L);
        for (int i = 0; i < strings.size(); i++) {
            array.setAtIndex(ADDRESS, i, NativeCall.string(arena, strings.get(i)));
        }
        return array;
    }

    private static int duplicate(int file, int atLeast) throws ErrnoException {
        MemorySegment state = NativeCall.state();
        try {
            int answer = (int) Fcntl.CALL.invokeExact(state, file, F_DUPFD_CLOEXEC, atLeast);
            return ErrnoException.check("fcntl", NativeCall.answer(answer, state));
        } catch (ErrnoException refused) {
            throw refused;
        } catch (Throwable thrown) {
            throw NativeCall.unchecked(thrown);
        }
    }

    /** {@return its number} */
    public long pid() {
        return pid;
    }

    /** Asks it to end (SIGTERM). */
    public void terminate() {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
    }

    /**
     * Waits until it has ended. May be called once.
     *
     * @return how it has ended
     * @throws ErrnoException if nobody can tell
     */
    public End await() throws ErrnoException {
        MemorySegment state = NativeCall.state();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            int answer;
            do {
                answer = NativeCall.answer((int) Waitpid.CALL.invokeExact(state, pid, status, 0), state);
            } while (answer == Errno.EINTR.answer());
            ErrnoException.check("waitpid", answer);
            int how = status.get(JAVA_INT, 0);
            return new End(how & SIGNAL, how >> STATUS_SHIFT & STATUS);
        } catch (ErrnoException refused) {
            throw refused;
        } catch (Throwable thrown) {
            throw NativeCall.unchecked(thrown);
        }
    }
}
