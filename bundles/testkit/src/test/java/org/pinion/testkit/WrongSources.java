package org.pinion.testkit;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.spi.source.MemorySource;

/** Sources that each do one thing wrong, and one that does not, under the contract. */
final class WrongSources {

    private WrongSources() {}

    private static FlatView view(long start) {
        return FlatView.of("memory", List.of(Section.ram(
                AddressRange.ofSize(start, 0x1000), new Backing.Remote("pc.ram", 0), "pc.ram")));
    }

    private static FlatView read(Map<String, String> settings) throws IommuException {
        if (!Set.of("file").containsAll(settings.keySet())) {
            throw new IommuException("read", "unknown settings among " + settings.keySet(), "give file alone");
        }
        if (!"ram".equals(settings.get("file"))) {
            throw new IommuException("read", "there is no file " + settings.get("file"), "");
        }
        return view(0);
    }

    /** The contract on one source. */
    abstract static class Under extends SourceContract {
        private final MemorySource source;

        Under(MemorySource source) {
            this.source = source;
        }

        @Override
        protected MemorySource source() {
            return source;
        }

        @Override
        protected Map<String, String> settings() {
            return Map.of("file", "ram");
        }

        @Override
        protected Map<String, String> nothing() {
            return Map.of("file", "nowhere");
        }
    }

    /** Does nothing wrong. */
    static class Right extends Under {
        Right() {
            super(WrongSources::read);
        }
    }

    /** Ignores what it does not know. */
    static class IgnoresSettings extends Under {
        IgnoresSettings() {
            super(settings -> read(Map.of("file", settings.getOrDefault("file", ""))));
        }
    }

    /** Shows nothing where there is nothing to read. */
    static class ShowsNothing extends Under {
        ShowsNothing() {
            super(settings -> settings.containsValue("nowhere") ? FlatView.EMPTY : read(settings));
        }
    }

    /** Fails in its own words. */
    static class FailsByAnotherException extends Under {
        FailsByAnotherException() {
            super(settings -> {
                if (settings.isEmpty()) {
                    throw new IllegalStateException("no file");
                }
                return read(settings);
            });
        }
    }

    /** Reads something else every time. */
    static class NeverReadsTheSame extends Under {
        NeverReadsTheSame() {
            AtomicLong next = new AtomicLong();
            super(settings -> view(read(settings).sections().size() * 0x1000L * next.incrementAndGet()));
        }
    }

    /** Tells the history backwards. */
    static class TellsBackwards extends Under {
        TellsBackwards() {
            super(new MemorySource() {
                @Override
                public FlatView read(Map<String, String> settings) throws IommuException {
                    return WrongSources.read(settings);
                }

                @Override
                public List<FlatView> history(Map<String, String> settings) throws IommuException {
                    return List.of(read(settings), view(0x1000));
                }
            });
        }
    }
}
