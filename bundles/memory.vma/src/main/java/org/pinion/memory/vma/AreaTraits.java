package org.pinion.memory.vma;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.pinion.api.Traits;
import org.pinion.linux.procfs.MemoryArea;
import org.pinion.memory.vma.AreaFile.Kind;

/**
 * What follows from one memory area: which of the kernel's rules for long-term pins (mm/gup.c, check_vma_flags) it
 * meets.
 */
final class AreaTraits {

    private static final long KILO = 1024;

    private final MemoryArea area;
    private final AreaFile file;
    private final List<Statement> statements = new ArrayList<>();

    private AreaTraits(MemoryArea area, AreaFile file) {
        this.area = area;
        this.file = file;
    }

    /** What is to be said of an area, given what is behind it and how many bytes a normal page has. */
    static List<Statement> of(MemoryArea area, AreaFile file, long pageSize) {
        AreaTraits traits = new AreaTraits(area, file);
        if (traits.isDevice()) {
            traits.device();
        } else if (!area.readable()) {
            traits.say(Traits.UNBACKED, "", "may not be read, so that nothing of it can be pinned");
        } else {
            traits.memory(pageSize);
        }
        return List.copyOf(traits.statements);
    }

    private boolean isDevice() {
        return file.kind() == Kind.DEVICE || area.vmFlags().contains("pf") || area.vmFlags().contains("io");
    }

    private void device() {
        String why = file.kind() == Kind.DEVICE ? file.words() : "memory of a device, as its flags pf or io say";
        say(Traits.DEVICE_MEMORY, "", "is " + why);
        permissions();
    }

    private void memory(long pageSize) {
        if (file.kind() == Kind.SECRET) {
            say(Traits.PROTECTED, "", "is " + file.words());
        }
        if (file.kind() == Kind.REGULAR && area.shared()) {
            say(Traits.FILE_WRITEBACK, "", "is " + file.words());
        }
        if (canBePinned()) {
            say(Traits.GUP_ABLE, "", "is " + file.words());
        }
        permissions();
        if (area.kernelPageSize() > pageSize) {
            String size = inLargestUnit(area.kernelPageSize());
            say(Traits.HUGE_PAGE, size, "has pages of " + size + " (KernelPageSize)");
        }
    }

    /** A file with write-back can be pinned for what does not reach the file: private pages, or reading. */
    private boolean canBePinned() {
        return switch (file.kind()) {
            case ANONYMOUS, SHARED_MEMORY -> true;
            case REGULAR -> !area.shared() || !area.writable();
            case DEVICE, SECRET, OTHER -> false;
        };
    }

    private void permissions() {
        if (!area.writable()) {
            say(Traits.READ_ONLY, "", "may not be written");
        }
    }

    private void say(String name, String value, String what) {
        String flags = String.join(" ", new TreeSet<>(area.vmFlags()));
        statements.add(new Statement(name, value, "memory area " + area + " (VmFlags: " + flags + ") " + what));
    }

    private static String inLargestUnit(long bytes) {
        String units = "KMGT";
        long count = bytes / KILO;
        int unit = 0;
        while (count % KILO == 0 && unit < units.length() - 1) {
            count /= KILO;
            unit++;
        }
        return count + units.substring(unit, unit + 1);
    }
}
