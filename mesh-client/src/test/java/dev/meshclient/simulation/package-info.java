/** The production pipeline on virtual time: hours of traffic in seconds, one line of numbers a scenario. */
@NullMarked
package dev.meshclient.simulation;

import org.jspecify.annotations.NullMarked;
