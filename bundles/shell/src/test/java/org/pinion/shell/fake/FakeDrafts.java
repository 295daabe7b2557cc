package org.pinion.shell.fake;

import java.util.Map;
import org.pinion.api.IommuException;
import org.pinion.api.runtime.PolicyDraft;
import org.pinion.api.runtime.PolicyDrafts;

/** Gives a policy {@code house} to whoever has a rule {@code low}; the fake planner knows what that rule says. */
final class FakeDrafts implements PolicyDrafts {

    static final String DRAFT = "house (draft 1)";

    private final FakeDma host;

    FakeDrafts(FakeDma host) {
        this.host = host;
    }

    @Override
    public String factoryPid() {
        return "org.pinion.policy.rules";
    }

    @Override
    public PolicyDraft open(String place, Map<String, ?> properties) throws IommuException {
        host.settings = Map.of("rules", String.valueOf(properties.get("rules")));
        if (!properties.containsKey("low.when")) {
            throw new IommuException(place, "rule 'low': 'low.when' is missing", "");
        }
        host.events.add("draft");
        return new PolicyDraft() {
            @Override
            public String name() {
                return DRAFT;
            }

            @Override
            public String policy() {
                return "house";
            }

            @Override
            public void close() {
                host.events.add("drop");
            }
        };
    }
}
