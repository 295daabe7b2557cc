package org.pinion.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.pinion.api.AddressRange;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.spi.backend.Availability;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.HandOver;

/** Backends that each do one thing wrong, under the contract. */
final class WrongBackends {

    private WrongBackends() {}

    /** Opens a device to see whether it works, and forgets it. */
    static class ProbesWithATrace extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                public Availability probe() {
                    open.put("the probe's file", this);
                    return super.probe();
                }
            };
        }
    }

    /** Offers a route more once a device is there. */
    static class ChangesItsMind extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                ListSession session(String name) {
                    return new ListSession(this, name) {
                        @Override
                        public BackendCapabilities capabilities() {
                            Set<Route> routes = attached ? Set.of(Route.USER, Route.FILE) : Set.of(Route.USER);
                            return new BackendCapabilities(routes, PAGE, "it depends");
                        }
                    };
                }
            };
        }
    }

    /** Tells the aperture and forgets what is reserved in it. */
    static class ForgetsWhatIsReserved extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                ListSession session(String name) {
                    return new ListSession(this, name) {
                        @Override
                        public DeviceLimits preflight(String device) throws IommuException {
                            DeviceLimits limits = super.preflight(device);
                            RangeSet aperture = RangeSet.of(new AddressRange(0, 0x7fffffffffL));
                            return new DeviceLimits(device, aperture, limits.alignment(), List.of());
                        }
                    };
                }
            };
        }
    }

    /** Attaches the device to find out what it allows. */
    static class AttachesToAsk extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                ListSession session(String name) {
                    return new ListSession(this, name) {
                        @Override
                        public DeviceLimits preflight(String device) throws IommuException {
                            DeviceLimits limits = super.preflight(device);
                            attached = true;
                            return limits;
                        }
                    };
                }
            };
        }
    }

    /** Complains about the release of a device that is not open. */
    static class ComplainsOfRelease extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                ListSession session(String name) {
                    return new ListSession(this, name) {
                        @Override
                        public void release(String device) throws IommuException {
                            if (open.get(device) != this) {
                                throw new IommuException("release " + device, "it is not open", "");
                            }
                            super.release(device);
                        }
                    };
                }
            };
        }
    }

    /** Maps over what is mapped. */
    static class MapsOver extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                ListSession session(String name) {
                    return new ListSession(this, name) {
                        @Override
                        public void map(Mapping mapping) throws IommuException {
                            mappings.removeIf(other -> other.range().overlaps(mapping.range()));
                            super.map(mapping);
                        }
                    };
                }
            };
        }
    }

    /** Maps page by page and leaves what it has mapped when it comes to one that is taken. */
    static class StopsHalfWay extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                ListSession session(String name) {
                    return new ListSession(this, name) {
                        @Override
                        public void map(Mapping mapping) throws IommuException {
                            try {
                                super.map(mapping);
                            } catch (IommuException refused) {
                                if (mapping.range().size() > PAGE && usable().contains(mapping.range())) {
                                    long start = mapping.range().start();
                                    super.map(mapping.slice(AddressRange.ofSize(start, PAGE)));
                                }
                                throw refused;
                            }
                        }
                    };
                }
            };
        }
    }

    /** Takes for removed what the kernel removed of it. */
    static class TakesLessForAll extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                ListSession session(String name) {
                    return new ListSession(this, name) {
                        @Override
                        public void unmap(Mapping mapping) throws IommuException {
                            if (!mappings.removeIf(other -> mapping.range().contains(other.range()))) {
                                super.unmap(mapping);
                            }
                        }
                    };
                }
            };
        }
    }

    /** Says of a mapping that is gone in part that nothing of it was there. */
    static class SaysThatNothingWasThere extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                ListSession session(String name) {
                    return new ListSession(this, name) {
                        @Override
                        public void unmap(Mapping mapping) throws IommuException {
                            try {
                                super.unmap(mapping);
                            } catch (IommuException refused) {
                                throw new IommuException(
                                        refused.operation(), "ENOENT", mapping.range(), refused.why(), "", refused);
                            }
                        }
                    };
                }
            };
        }
    }

    /** Keeps in a cut all from the first to the last part. */
    static class KeepsTheMiddle extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                ListSession session(String name) {
                    return new ListSession(this, name) {
                        @Override
                        public void cut(Mapping mapping, List<AddressRange> keep) throws IommuException {
                            super.cut(mapping, keep.isEmpty() ? keep : List.of(new AddressRange(
                                    keep.getFirst().start(), keep.getLast().last())));
                        }
                    };
                }
            };
        }
    }

    /** Gives back twice what it has once. */
    static class ClosesTwice extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                ListSession session(String name) {
                    return new ListSession(this, name) {
                        private boolean closed;

                        @Override
                        public void close() throws IommuException {
                            if (closed) {
                                throw new IommuException("close", "EBADF: it is closed", "");
                            }
                            closed = true;
                            super.close();
                        }
                    };
                }
            };
        }
    }

    /** Leaves devices to the kernel. */
    static class LeavesDevicesOpen extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                ListSession session(String name) {
                    return new ListSession(this, name) {
                        @Override
                        void letGo() {
                            mappings.clear();
                        }
                    };
                }
            };
        }
    }

    /** Adopts devices and forgets what is mapped for them. */
    static class AdoptsWithoutMappings extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                ListSession adopted(ListSession next, ListSession before) {
                    super.adopted(next, before).mappings.clear();
                    return next;
                }
            };
        }
    }

    /** Adopts what is attached, and no device whose limits alone were asked for. */
    static class ForgetsWhatItLearned extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                ListSession adopted(ListSession next, ListSession before) {
                    super.adopted(next, before);
                    if (!next.attached) {
                        open.replace(DEVICE, next, before);
                    }
                    return next;
                }
            };
        }
    }

    /** Closes the device when its session is handed over, and opens it again for the next. */
    static class ClosesWhatItHandsOver extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                HandOver handOver(ListSession session) {
                    open.remove(DEVICE, session);
                    return super.handOver(session);
                }

                @Override
                ListSession adopted(ListSession next, ListSession before) {
                    open.put(DEVICE, before);
                    return super.adopted(next, before);
                }
            };
        }
    }

    /** Reads a record of whatever version as if it were its own. */
    static class ReadsEveryVersion extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                public BackendSession adopt(String name, HandOver it) throws IommuException {
                    return super.adopt(
                            name, new HandOver(VERSION, it.kernel(), it.memory(), it.files(), it.particulars()));
                }
            };
        }
    }

    /** Has one list for all sessions. */
    static class SharesItsList extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            List<Mapping> shared = new ArrayList<>();
            return new ListBackend() {
                @Override
                ListSession session(String name) {
                    return new ListSession(this, name) {
                        @Override
                        public void map(Mapping mapping) throws IommuException {
                            mappings.clear();
                            mappings.addAll(shared);
                            super.map(mapping);
                            shared.add(mapping);
                        }

                        @Override
                        public void unmap(Mapping mapping) throws IommuException {
                            super.unmap(mapping);
                            shared.removeIf(other -> mapping.range().contains(other.range()));
                        }
                    };
                }
            };
        }
    }

    /** Compares addresses as signed numbers. */
    static class KnowsNoUpperHalf extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                ListSession session(String name) {
                    return new ListSession(this, name) {
                        @Override
                        public void map(Mapping mapping) throws IommuException {
                            if (mapping.range().start() < 0) {
                                throw new IommuException("map " + mapping, "it ends before it starts", "");
                            }
                            super.map(mapping);
                        }
                    };
                }
            };
        }
    }

    /** Waits in a mapping for what never comes. */
    @Timeout(value = 300, unit = TimeUnit.MILLISECONDS,
            threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    static class Blocks extends ListBackendTest {
        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                ListSession session(String name) {
                    return new ListSession(this, name) {
                        @Override
                        public void map(Mapping mapping) throws IommuException {
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException end) {
                                Thread.currentThread().interrupt();
                            }
                        }
                    };
                }
            };
        }
    }
}
