package org.pinion.spi.backend;

import java.util.List;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;

/**
 * A way to put memory within reach of devices: a service that carries {@link BackendType}. Where several services carry
 * the same name, the core opens new sessions on the one ranked highest; open sessions stay where they are,
 * until they are handed over.
 *
 * <p>Methods may be called from any thread, at any time, also before the host has what the backend needs, several at
 * a time and as often as one likes, never under a lock of the core's. A call may take {@code plugin.budget} of PID
 * {@code org.pinion.core}, five seconds if nobody has configured it. One that throws something else than it declares,
 * returns null or does not return in time has failed, which whoever asked is told with the bundle's name; a session
 * that is opened too late is closed, and one that is adopted too late must do nothing by itself. A backend that fails
 * the first {@link #probe}, or three times in a row at one method, is asked for no more spaces until its bundle is
 * updated or somebody releases it ({@code dma:release}). An {@link IommuException} is an answer, not a failure.
 */
@ConsumerType
public interface IommuBackend {

    /**
     * Whether the backend can work on this host. Cheap, and leaves no trace. Asked when the service has come and
     * whenever an address space is to be opened; the answer may be another one each time.
     *
     * @return the answer, with the reason in words
     */
    Availability probe();

    /**
     * The devices the backend could attach. Cheap, and leaves no trace: listing opens no device, since that may reset
     * one that somebody uses.
     *
     * @return the devices, in any order
     * @throws IommuException if the host does not let itself be asked
     */
    List<HostDevice> devices() throws IommuException;

    /**
     * Opens an empty IO address space. Nobody waits but whoever opens the space, for the configured time at most. What
     * only a device tells is asked later, in {@link BackendSession#preflight}, which may take as long as it takes.
     *
     * @param name the name of the address space it is for, for messages and for the kernel's own listings
     * @return the session; the core closes it
     * @throws IommuException if the kernel refuses; nothing stays open
     */
    BackendSession open(String name) throws IommuException;

    /**
     * Which hand-overs this backend can adopt. Asked before the session that is to be handed over is asked for it. It
     * may take the core's configured time, {@code plugin.budget}.
     *
     * @return the versions; by default none: address spaces then end with the bundle
     */
    default Set<Integer> adopts() {
        return Set.of();
    }

    /**
     * Goes on with an address space that a session of another bundle, or of an earlier version of this one, handed
     * over. Nothing changes for the kernel and for devices: what is mapped, pinned and attached stays so. The record is
     * checked before anything of it is touched, its {@linkplain HandOver#requireKernel kernel} first.
     *
     * <p>It may take the core's configured time, {@code plugin.budget}; a session that is answered later nobody reads,
     * and it must do nothing by itself. The same record may be offered again, to this backend or to another one, until
     * somebody has adopted it.
     *
     * @param name the name of the address space
     * @param handOver what was handed over, of a version that {@link #adopts} names
     * @return the session; the core closes it, and asks it for every attached device's {@linkplain
     *     BackendSession#attached handle}
     * @throws IommuException if it cannot be adopted; the record is still good, and nothing in it was changed
     */
    default BackendSession adopt(String name, HandOver handOver) throws IommuException {
        throw new IommuException("adopt '" + name + "'", "the backend adopts no address spaces", "");
    }
}
