package org.pinion.linux.sysfs;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.linux.Kernel;

/** Reads {@code /sys/bus/pci/devices}. */
public final class PciFunctions {

    private static final String ROOT = "/sys/bus/pci/devices";

    private final Kernel kernel;

    /**
     * @param kernel whose PCI functions
     */
    public PciFunctions(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * All functions there are now; one that goes while it is read is left out.
     *
     * @return the functions, sorted by address
     * @throws IOException if a file cannot be read or has not the expected format
     */
    public List<PciFunction> all() throws IOException {
        List<PciFunction> functions = new ArrayList<>();
        for (String address : kernel.list(ROOT)) {
            find(address).ifPresent(functions::add);
        }
        return List.copyOf(functions);
    }

    /**
     * @param address a function's address, such as {@code 0000:00:10.0}
     * @return the function, empty if there is none at that address
     * @throws IOException if a file cannot be read or has not the expected format
     */
    public Optional<PciFunction> find(String address) throws IOException {
        DeviceDirectory directory = new DeviceDirectory(kernel, ROOT + "/" + address);
        try {
            return Optional.of(new PciFunction(
                    address,
                    directory.hexadecimal("vendor"),
                    directory.hexadecimal("device"),
                    directory.hexadecimal("class"),
                    directory.driver(),
                    directory.group(),
                    directory.characterDevice()));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }
}
