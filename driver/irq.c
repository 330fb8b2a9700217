// SPDX-License-Identifier: GPL-2.0-only
/* MSI-X: vector 0 serves the admin and event queues, 1 the public keys, each further one a rx/tx pair. */
#include <linux/iopoll.h>
#include <linux/pci.h>

#include "pka.h"
#include "spa.h"

#define SPA_IRQ_TEST_TIMEOUT (5 * HZ)

void spa_irq_poll_event(struct spa *spa)
{
	if (!smp_load_acquire(&spa->irqs.ready))
		return;
	spa_admin_poll(spa);
	spa_events_poll(spa);
}

static irqreturn_t spa_irq_event(int irq, void *data)
{
	struct spa *spa = data;

	complete(&spa->irqs.test);
	spa_irq_poll_event(spa);
	return IRQ_HANDLED;
}

static irqreturn_t spa_irq_pk(int irq, void *data)
{
	spa_pka_poll(data);
	return IRQ_HANDLED;
}

static irqreturn_t spa_irq_pair(int irq, void *data)
{
	struct spa_pair *pair = data;

	WRITE_ONCE(pair->irqs, pair->irqs + 1);
	napi_schedule_irqoff(&pair->napi);
	return IRQ_HANDLED;
}

int spa_irq_alloc(struct spa *spa, u32 pairs_wanted, u32 *pairs)
{
	int vectors = pci_alloc_irq_vectors(spa->pdev, SPA_VECTOR_PAIR(1), SPA_VECTOR_PAIR(pairs_wanted),
					    PCI_IRQ_MSIX);

	if (vectors < 0) {
		dev_err(spa->dev, "fewer than %u MSI-X vectors: %d\n", SPA_VECTOR_PAIR(1), vectors);
		return vectors;
	}
	init_completion(&spa->irqs.test);
	spa->irqs.vectors = vectors;
	*pairs = vectors - SPA_VECTOR_PAIR(0);
	return 0;
}

void spa_irq_free(struct spa *spa)
{
	pci_free_irq_vectors(spa->pdev);
}

static int spa_irq_request_thread(struct spa *spa, u32 vector, irq_handler_t thread, const char *name, void *data)
{
	int err = request_threaded_irq(pci_irq_vector(spa->pdev, vector), NULL, thread, IRQF_ONESHOT, name, data);

	if (err)
		dev_err(spa->dev, "interrupt of vector %u: %d\n", vector, err);
	return err;
}

int spa_irq_request_event(struct spa *spa)
{
	return spa_irq_request_thread(spa, SPA_VECTOR_EVENT, spa_irq_event, "spa-event", spa);
}

int spa_irq_request_pk(struct spa *spa)
{
	return spa_irq_request_thread(spa, SPA_VECTOR_PK, spa_irq_pk, "spa-pk", spa->pka);
}

int spa_irq_test(struct spa *spa)
{
	reinit_completion(&spa->irqs.test);
	spa_write(spa, SPA_REG_TEST_IRQ, SPA_VECTOR_EVENT);
	if (wait_for_completion_timeout(&spa->irqs.test, SPA_IRQ_TEST_TIMEOUT))
		return 0;
	dev_err(spa->dev, "interrupt test: vector %u was not delivered\n", SPA_VECTOR_EVENT);
	return -EIO;
}

int spa_irq_test_pairs(struct spa *spa)
{
	unsigned long before, now;
	u32 i;

	for (i = 0; i < spa->max_pairs; i++) {
		before = READ_ONCE(spa->pairs[i].irqs);
		spa_write(spa, SPA_REG_TEST_IRQ, SPA_VECTOR_PAIR(i));
		if (read_poll_timeout(READ_ONCE, now, now != before, 1000, 5 * USEC_PER_SEC, false,
				      spa->pairs[i].irqs)) {
			dev_err(spa->dev, "interrupt test: vector %u was not delivered\n", SPA_VECTOR_PAIR(i));
			return -EIO;
		}
	}
	return 0;
}

int spa_irq_request_pairs(struct spa *spa)
{
	u32 i;
	int err;

	for (i = 0; i < spa->max_pairs; i++) {
		snprintf(spa->irqs.pair_names[i], sizeof(spa->irqs.pair_names[i]), "%s-%s-%u", SPA_DRIVER_NAME,
			 pci_name(spa->pdev), i);
		err = request_irq(pci_irq_vector(spa->pdev, SPA_VECTOR_PAIR(i)), spa_irq_pair, 0,
				  spa->irqs.pair_names[i], &spa->pairs[i]);
		if (err) {
			dev_err(spa->dev, "interrupt of pair %u: %d\n", i, err);
			spa_irq_release_pairs(spa, i);
			return err;
		}
		/* A hint for the balancer: one CPU each, near the card first. */
		irq_set_affinity_hint(pci_irq_vector(spa->pdev, SPA_VECTOR_PAIR(i)),
				      cpumask_of(cpumask_local_spread(i, dev_to_node(spa->dev))));
	}
	return 0;
}

void spa_irq_release_event(struct spa *spa)
{
	free_irq(pci_irq_vector(spa->pdev, SPA_VECTOR_EVENT), spa);
}

void spa_irq_release_pk(struct spa *spa)
{
	free_irq(pci_irq_vector(spa->pdev, SPA_VECTOR_PK), spa->pka);
}

void spa_irq_release_pairs(struct spa *spa, u32 count)
{
	while (count--) {
		irq_set_affinity_hint(pci_irq_vector(spa->pdev, SPA_VECTOR_PAIR(count)), NULL);
		free_irq(pci_irq_vector(spa->pdev, SPA_VECTOR_PAIR(count)), &spa->pairs[count]);
	}
}
