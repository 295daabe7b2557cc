package org.pinion.policy.rules;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a policy of every configuration of its factory PID. Other rules are another service: the core keeps what a
 * policy has said for as long as its service lives. A configuration that is wrong changes nothing.
 *
 * <p>It reads the configurations itself: those that are there when it starts are policies when it has started, and a
 * component would lose its old rules to a wrong edit.
 */
@Component(
        name = RulesPolicies.FACTORY_PID,
        service = ConfigurationListener.class,
        immediate = true,
        configurationPolicy = ConfigurationPolicy.IGNORE)
@Designate(ocd = RulesConfiguration.class, factory = true)
public final class RulesPolicies implements ConfigurationListener {

    static final String FACTORY_PID = "org.pinion.policy.rules";

    private static final Logger LOG = LoggerFactory.getLogger(RulesPolicies.class);
    private static final String FILTER = "(" + ConfigurationAdmin.SERVICE_FACTORYPID + "=" + FACTORY_PID + ")";

    private final ConfigurationAdmin admin;
    private final PolicyServices services;
    private RulesInForce inForce = RulesInForce.NONE;
    private boolean stopped;

    /**
     * @param context registers the policies
     * @param admin has the configurations
     * @throws IOException if the configurations cannot be read
     */
    @Activate
    public RulesPolicies(BundleContext context, @Reference ConfigurationAdmin admin) throws IOException {
        this.admin = admin;
        this.services = new PolicyServices(context);
        follow();
    }

    @Override
    public void configurationEvent(ConfigurationEvent event) {
        if (FACTORY_PID.equals(event.getFactoryPid())) {
            try {
                follow();
            } catch (IOException e) {
                LOG.error("the configurations of {} cannot be read, and the rules stay as they are", FACTORY_PID, e);
            }
        }
    }

    // The lock keeps an event out while the component starts or stops.
    private synchronized void follow() throws IOException {
        if (!stopped) {
            Map<String, String> known = inForce.refused();
            inForce = inForce.after(configurations());
            services.show(inForce.byPid());
            inForce.refused().forEach((pid, message) -> {
                if (!message.equals(known.get(pid))) {
                    LOG.error(message);
                }
            });
        }
    }

    private List<Configured> configurations() throws IOException {
        try {
            Configuration[] found = admin.listConfigurations(FILTER);
            return Stream.ofNullable(found).flatMap(Stream::of).map(Configured::of).toList();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(FILTER + " is a filter", e);
        }
    }

    /** Takes all policies away. */
    @Deactivate
    synchronized void stop() {
        stopped = true;
        services.show(Map.of());
    }
}
