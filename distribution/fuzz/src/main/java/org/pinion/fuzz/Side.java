package org.pinion.fuzz;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;

/** One of the kernels: runs operations, and keeps what the numbers in them stand for there. */
final class Side {

    /** Bytes that pointers of a request may point to. */
    static final int DATA_SIZE = 512;

    /** Bytes that a structure may say to have. */
    static final int STRUCT_SIZE = 512;

    private static final byte UNTOUCHED = (byte) 0xa5;

    private final Kernel kernel;
    private final Nodes nodes;
    private final List<Ram> rams = new ArrayList<>();
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment struct = arena.allocate(STRUCT_SIZE, 16);
    private final MemorySegment data = arena.allocate(DATA_SIZE, 4096);
    private final Map<Integer, Integer> files = new TreeMap<>();
    private final AttachedPasids pasids = new AttachedPasids();
    private final DeviceFiles devices = new DeviceFiles();
    private final Ledgers ledgers;

    Side(Kernel kernel) throws IOException {
        this.kernel = kernel;
        this.nodes = new Nodes(kernel);
        for (Ram.Kind kind : Ram.Kind.values()) {
            rams.add(Ram.of(kernel, kind));
        }
        this.ledgers = new Ledgers(kernel);
    }

    Kernel kernel() {
        return kernel;
    }

    Nodes nodes() {
        return nodes;
    }

    /** Runs an operation. What a kernel throws is an answer too. */
    Answer run(Operation operation) {
        try {
            pasids.before(operation).forEach(this::ioctl);
            devices.before(operation).forEach(this::close);
            Answer answer = answer(operation);
            devices.learn(operation, answer);
            return answer;
        } catch (IOException | RuntimeException | Error thrown) {
            return Answer.thrown(thrown);
        }
    }

    private Answer answer(Operation operation) throws IOException {
        return switch (operation) {
            case Operation.Open open -> opened(open.made(), kernel.open(nodes.path(open.node()), Fcntl.O_RDWR));
            case Operation.Close close -> close(close.file());
            case Operation.Ioctl ioctl -> ioctl(ioctl);
            case Operation.Plain plain -> Answer.of(kernel.ioctl(
                    fd(plain.file()), plain.request().number(), resolve(plain.argument())));
            case Operation.DeviceFile device -> deviceFile(device);
            case Operation.Poll poll -> Answer.of(kernel.poll(fd(poll.file()), 0));
            case Operation.Truncate cut -> Answer.of(rams.get(cut.ram()).truncate(cut.bytes()));
            case Operation.Drop drop -> Answer.of(rams.get(drop.ram()).drop());
            case Operation.Bytes bytes -> Answer.of(0, rams.get(bytes.ram()).bytes());
            case Operation.Ledger _ -> ledgers.answer();
        };
    }

    private Answer opened(int slot, int answer) {
        if (answer < 0) {
            return Answer.of(answer);
        }
        files.put(slot, answer);
        return Answer.of(0);
    }

    private Answer close(int slot) {
        devices.closed(slot);
        Integer fd = files.remove(slot);
        return Answer.of(fd == null ? Errno.EBADF.answer() : kernel.close(fd));
    }

    private int fd(int slot) {
        return files.getOrDefault(slot, -1);
    }

    private Answer deviceFile(Operation.DeviceFile device) {
        MemorySegment name = data.asSlice(0, device.device().length() + 1);
        name.setString(0, device.device());
        return opened(device.made(), kernel.ioctl(fd(device.file()), org.pinion.linux.uapi.Vfio.GROUP_GET_DEVICE_FD,
                name));
    }

    private long resolve(Value value) {
        return switch (value.base()) {
            case NUMBER -> value.number();
            case RAM -> rams.get(value.index()).address() + value.number();
            case MEMORY_FILE -> rams.get(value.index()).file();
            case DATA -> data.address() + value.number();
            case FILE -> fd(value.index());
        };
    }

    private Answer ioctl(Operation.Ioctl ioctl) {
        Request request = ioctl.request();
        struct.fill((byte) 0);
        if (request.sized()) {
            struct.set(ValueLayout.JAVA_INT, 0, request.size());
        }
        if (request.mockOp() != 0) {
            struct.set(ValueLayout.JAVA_INT, Integer.BYTES, request.mockOp());
        }
        boolean points = false;
        for (Map.Entry<String, Value> entry : ioctl.values().entrySet()) {
            put(request.field(entry.getKey()), resolve(entry.getValue()));
            points |= entry.getValue().base() == Value.Base.DATA;
        }
        if (points) {
            fillData(ioctl.data());
        }
        Answer answer = answer(ioctl, points);
        pasids.learn(ioctl, answer);
        return answer;
    }

    private void fillData(List<Long> array) {
        data.asSlice((long) array.size() * Long.BYTES).fill(UNTOUCHED);
        for (int i = 0; i < array.size(); i++) {
            data.setAtIndex(ValueLayout.JAVA_LONG, i, array.get(i));
        }
    }

    private Answer answer(Operation.Ioctl ioctl, boolean points) {
        Request request = ioctl.request();
        int declared = request.sized() ? struct.get(ValueLayout.JAVA_INT, 0) : request.size();
        long[] before = values(request);
        int result = request == Request.MOCK_DMABUF_GET
                ? buffer(ioctl)
                : kernel.ioctl(fd(ioctl.file()), request.number(), struct);
        long[] after = values(request);
        int changed = 0;
        for (int i = 0; i < after.length; i++) {
            if (after[i] == before[i]) {
                after[i] = 0;
            } else {
                changed |= 1 << i;
                after[i] = request.fields().get(i).file() ? made(ioctl.made(), (int) after[i]) : after[i];
            }
        }
        return new Answer(result, changed, after, written(request.size(), declared, points), "");
    }

    /** Linux 7.3 forgets to tell the new descriptor: it is the lowest that was free. */
    private int buffer(Operation.Ioctl ioctl) {
        int free = kernel.eventfd(0, 0);
        kernel.close(free);
        int result = kernel.ioctl(fd(ioctl.file()), ioctl.request().number(), struct);
        if (result >= 0) {
            made(ioctl.made(), free);
        }
        return result;
    }

    private long made(int slot, int fd) {
        if (slot != Operation.NONE) {
            files.put(slot, fd);
        }
        return 0;
    }

    /** What follows the fields of a longer structure, and what pointers point to. */
    private byte[] written(int size, int declared, boolean points) {
        int tail = Integer.compareUnsigned(declared, STRUCT_SIZE) > 0 ? 0 : Math.max(0, declared - size);
        if (tail == 0 && !points) {
            return Answer.noBytes();
        }
        byte[] bytes = new byte[tail + (points ? DATA_SIZE : 0)];
        MemorySegment.copy(struct, ValueLayout.JAVA_BYTE, size, bytes, 0, tail);
        if (points) {
            MemorySegment.copy(data, ValueLayout.JAVA_BYTE, 0, bytes, tail, DATA_SIZE);
        }
        return bytes;
    }

    private long[] values(Request request) {
        List<Field> fields = request.fields();
        long[] values = new long[fields.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = get(fields.get(i));
        }
        return values;
    }

    private void put(Field field, long value) {
        switch (field.width()) {
            case Long.BYTES -> struct.set(ValueLayout.JAVA_LONG, field.offset(), value);
            case Integer.BYTES -> struct.set(ValueLayout.JAVA_INT, field.offset(), (int) value);
            case Short.BYTES -> struct.set(ValueLayout.JAVA_SHORT, field.offset(), (short) value);
            default -> struct.set(ValueLayout.JAVA_BYTE, field.offset(), (byte) value);
        }
    }

    private long get(Field field) {
        return switch (field.width()) {
            case Long.BYTES -> struct.get(ValueLayout.JAVA_LONG, field.offset());
            case Integer.BYTES -> Integer.toUnsignedLong(struct.get(ValueLayout.JAVA_INT, field.offset()));
            case Short.BYTES -> Short.toUnsignedLong(struct.get(ValueLayout.JAVA_SHORT, field.offset()));
            default -> Byte.toUnsignedLong(struct.get(ValueLayout.JAVA_BYTE, field.offset()));
        };
    }

    /** The files that are open, by the script's numbers. */
    int[] open() {
        return files.keySet().stream().mapToInt(Integer::intValue).toArray();
    }

    /** Closes what a script left open. */
    void clear() {
        Arrays.stream(open()).forEach(slot -> run(new Operation.Close(slot)));
    }

    /** Whether nothing is pinned or locked. */
    boolean empty() throws IOException {
        return Arrays.equals(ledgers.answer().bytes(), new byte[2 * Integer.BYTES]);
    }

    /** Whatever a script did to memory, it is undone before the next. */
    void spoiled() {
        rams.forEach(Ram::spoiled);
    }

    /** Makes the memory what it was before a script. */
    void restore() throws ErrnoException {
        for (Ram ram : rams) {
            ram.restore();
        }
    }

    /** Closes what a script left open, and gives all memory back. */
    void close() {
        clear();
        rams.forEach(Ram::close);
    }
}
