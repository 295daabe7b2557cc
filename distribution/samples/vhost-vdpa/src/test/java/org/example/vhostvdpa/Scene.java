package org.example.vhostvdpa;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.MemorySegment;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Route;
import org.pinion.linux.Mman;
import org.pinion.spi.backend.BackendSession;

/** What tests begin with: a kernel with two devices, and a session on it. */
final class Scene {

    static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;
    static final long PAGE = FakeKernel.PAGE;

    /** The pages that the backend keeps, where a device can use all addresses. */
    static final AddressRange GUARD = new AddressRange(-3 * PAGE, -2 * PAGE - 1);

    final FakeKernel kernel = new FakeKernel();
    final FakeVdpa first;
    final FakeVdpa second;
    final BackendSession session;

    Scene(FakeVdpa.Kind one, FakeVdpa.Kind other) {
        first = kernel.device(one);
        second = kernel.device(other);
        session = new VhostVdpaBackend(kernel).open("test");
    }

    Scene(FakeVdpa.Kind kind) {
        this(kind, kind);
    }

    void attach(String device) throws IommuException {
        session.preflight(device);
        session.attach(device);
    }

    MemorySegment memory(long pages) {
        return kernel.memory(pages * PAGE, READ_WRITE, true);
    }

    static AddressRange pages(long first, long count) {
        return AddressRange.ofSize(first * PAGE, count * PAGE);
    }

    static Mapping mapping(AddressRange range, MemorySegment memory, Access access) {
        return new Mapping(range, access, Route.USER, new Backing.UserMemory(memory.address()));
    }

    Mapping mapping(long first, long count) {
        return mapping(pages(first, count), memory(count), Access.READ_WRITE);
    }

    static IommuException failure(ThrowingCallable call) {
        return catchThrowableOfType(IommuException.class, call);
    }
}
