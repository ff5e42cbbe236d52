/** Charts of the simulations: text that is the same on every JDK. */
@NullMarked
package dev.meshclient.simulation.report;

import org.jspecify.annotations.NullMarked;
