package org.pinion.linux.sysfs;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import org.pinion.linux.Kernel;
import org.pinion.linux.MalformedFileException;

/**
 * A device's directory in {@code /sys}: what all buses have in common.
 *
 * @param kernel whose {@code /sys} it is
 * @param path the directory
 */
record DeviceDirectory(Kernel kernel, String path) {

    Optional<String> driver() throws IOException {
        return kernel.linkName(path + "/driver");
    }

    OptionalInt group() throws IOException {
        String link = path + "/iommu_group";
        Optional<String> name = kernel.linkName(link);
        return name.isEmpty() ? OptionalInt.empty() : OptionalInt.of(decimal(link, name.get()));
    }

    /** VFIO makes {@code vfio-dev/vfioN} while its driver is bound; udev makes the file of the same name. */
    Optional<String> characterDevice() throws IOException {
        return kernel.list(path + "/vfio-dev").stream()
                .filter(name -> name.startsWith("vfio"))
                .findFirst()
                .map(name -> "/dev/vfio/devices/" + name);
    }

    /** A file that holds one number, as {@code 0x1af4}. */
    int hexadecimal(String name) throws IOException {
        String file = path + "/" + name;
        String content = kernel.readFile(file).strip();
        try {
            return Integer.decode(content);
        } catch (NumberFormatException notANumber) {
            throw new MalformedFileException(file, 1, content, "a number such as 0x1af4");
        }
    }

    private static int decimal(String link, String name) throws MalformedFileException {
        try {
            return Integer.parseUnsignedInt(name);
        } catch (NumberFormatException notANumber) {
            throw new MalformedFileException(link, 1, name, "a link to the number of an IOMMU group");
        }
    }
}
