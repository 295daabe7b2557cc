package org.pinion.laws;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.pinion.emulator.EmulatedKernel;
import org.pinion.emulator.host.Host;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;
import org.pinion.linux.uapi.IommuIoasAlloc;
import org.pinion.linux.uapi.IommuIoasMap;
import org.pinion.linux.uapi.IommuIoasUnmap;
import org.pinion.linux.uapi.Iommufd;

/** What it takes the emulated kernel to map a page and to unmap it again, by how much is mapped beside it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class EmulatorBenchmark {

    private static final long PAGE = 4096;
    private static final int FIXED = Iommufd.MAP_FIXED_IOVA | Iommufd.MAP_READABLE | Iommufd.MAP_WRITEABLE;

    @Param({"0", "1000000"})
    long areas;

    private final Kernel kernel = EmulatedKernel.of(new Host("speed", OptionalLong.empty(), true, true, List.of()));
    private int fd;
    private IommuIoasMap map;
    private IommuIoasUnmap unmap;

    /** Maps every other page of as many as there are to be areas. */
    @Setup
    public void fill() throws ErrnoException {
        fd = kernel.open("/dev/iommu", Fcntl.O_RDWR);
        IommuIoasAlloc ioas = IommuIoasAlloc.allocate(Arena.global());
        ErrnoException.check("IOAS_ALLOC", kernel.ioctl(fd, Iommufd.IOAS_ALLOC, ioas.memory()));
        MemorySegment page = kernel.mmap(
                PAGE, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
        map = IommuIoasMap.allocate(Arena.global())
                .flags(FIXED).ioasId(ioas.ioasId()).userVa(page.address()).length(PAGE);
        unmap = IommuIoasUnmap.allocate(Arena.global()).ioasId(ioas.ioasId());
        for (long area = 0; area < areas; area++) {
            map(2 * area * PAGE);
        }
    }

    private void map(long iova) throws ErrnoException {
        ErrnoException.check("IOAS_MAP", kernel.ioctl(fd, Iommufd.IOAS_MAP, map.iova(iova).memory()));
    }

    /** A page in the midst of the others. */
    @Benchmark
    public void mapAndUnmap() throws ErrnoException {
        long iova = (areas | 1) * PAGE;
        map(iova);
        ErrnoException.check(
                "IOAS_UNMAP", kernel.ioctl(fd, Iommufd.IOAS_UNMAP, unmap.iova(iova).length(PAGE).memory()));
    }
}
