package org.pinion.shell.gogo;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.DirtyLog;
import org.pinion.api.DmaService;
import org.pinion.api.IommuException;
import org.pinion.api.RangeSet;
import org.pinion.shell.report.Sizes;

/** The command that tells which pages devices write. Immediate, since it keeps the logs between its calls. */
@Component(
        immediate = true,
        service = DirtyCommands.class,
        property = {"osgi.command.scope=dma", "osgi.command.function=dirty"})
public final class DirtyCommands {

    private static final String END = "end";

    private final OpenSpaces open;
    private final Map<String, DirtyLog> logs = new ConcurrentHashMap<>();

    /**
     * @param dma knows the spaces
     */
    @Activate
    public DirtyCommands(@Reference(name = "dma") DmaService dma) {
        this.open = new OpenSpaces(dma);
    }

    /**
     * Begins a log of the pages that devices write; later tells what was written since it was asked last.
     *
     * @param space the space's name
     * @param end {@code end} to end the log
     * @return the pages, or what was begun or ended
     * @throws IommuException if there is no such space, or what devices write is not told
     */
    public String dirty(String space, String... end) throws IommuException {
        AddressSpace chosen = open.find(space);
        if (end.length > 0) {
            return end(space, end[0]);
        }
        DirtyLog log = logs.get(space);
        return log == null ? begin(chosen) : told(log);
    }

    private String begin(AddressSpace space) throws IommuException {
        String name = space.options().name();
        DirtyLog log = space.logDirtyPages();
        logs.put(name, log);
        space.whenClosed(() -> logs.remove(name, log));
        return "logging pages of %s that devices write%s; ask again"
                .formatted(
                        Sizes.of(log.pageSize()),
                        log.exact() ? "" : ", which counts all that they can write as written");
    }

    private static String told(DirtyLog log) throws IommuException {
        RangeSet written = log.take(AddressRange.ALL, log.pageSize());
        if (written.isEmpty()) {
            return "nothing was written";
        }
        StringBuilder lines = new StringBuilder();
        written.forEach(range -> lines.append(range).append("  ").append(Sizes.of(range.size())).append('\n'));
        return lines.append(Sizes.sum(written.ranges().stream())).append(" written").toString();
    }

    private String end(String space, String word) throws IommuException {
        if (!word.equals(END)) {
            throw new IommuException("log dirty pages of '" + space + "'", "'" + word + "' is not 'end'", "");
        }
        DirtyLog log = logs.remove(space);
        if (log == null) {
            return "nothing is logged";
        }
        log.close();
        return "ended";
    }

    /** The kernel keeps books for every log: one that cannot be ended keeps no other. */
    @Deactivate
    void endAll() throws IommuException {
        IommuException failure = null;
        for (DirtyLog log : logs.values()) {
            try {
                log.close();
            } catch (IommuException stays) {
                if (failure == null) {
                    failure = stays;
                } else {
                    failure.addSuppressed(stays);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
