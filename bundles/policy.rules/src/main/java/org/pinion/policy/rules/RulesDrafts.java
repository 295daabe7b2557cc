package org.pinion.policy.rules;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.pinion.api.IommuException;
import org.pinion.api.runtime.PolicyDraft;
import org.pinion.api.runtime.PolicyDrafts;
import org.pinion.spi.policy.MappingPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tries out rules that are not in force. */
@Component
public final class RulesDrafts implements PolicyDrafts {

    private static final Logger LOG = LoggerFactory.getLogger(RulesDrafts.class);

    private final AtomicLong opened = new AtomicLong();
    private final BundleContext context;

    /** @param context registers the drafts */
    @Activate
    public RulesDrafts(BundleContext context) {
        this.context = context;
    }

    @Override
    public String factoryPid() {
        return RulesPolicies.FACTORY_PID;
    }

    @Override
    public PolicyDraft open(String place, Map<String, ?> properties) throws IommuException {
        try {
            RuleSet rules = RuleSetReader.read(properties);
            RuleSet draft = rules.named(rules.policy() + " (draft " + opened.incrementAndGet() + ")");
            return new Draft(rules.policy(), draft.policy(), PolicyServices.register(context, draft));
        } catch (WrongRulesException wrong) {
            throw new IommuException(place, wrong.getMessage(), "");
        }
    }

    private record Draft(
            String policy, String name, ServiceRegistration<MappingPolicy> service, AtomicBoolean closed)
            implements PolicyDraft {

        Draft(String policy, String name, ServiceRegistration<MappingPolicy> service) {
            this(policy, name, service, new AtomicBoolean());
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                try {
                    service.unregister();
                } catch (IllegalStateException _) {
                    LOG.debug("draft {} went with its bundle", name);
                }
            }
        }
    }
}
