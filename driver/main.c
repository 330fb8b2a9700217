// SPDX-License-Identifier: GPL-2.0-only
/* The module and the PCI driver: everything is started here in order, and undone in reverse. */
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "devlink.h"
#include "genl.h"
#include "netdev.h"
#include "pka.h"
#include "policy.h"
#include "sa.h"
#include "spa.h"

static int spa_pci_start(struct spa *spa)
{
	struct pci_dev *pdev = spa->pdev;
	int err;

	err = pci_enable_device_mem(pdev);
	if (err)
		return err;
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (err)
		goto err_disable;
	err = pci_request_mem_regions(pdev, SPA_DRIVER_NAME);
	if (err)
		goto err_disable;
	if (pci_resource_len(pdev, SPA_BAR) < SPA_BAR_SIZE) {
		dev_err(&pdev->dev, "BAR %d has %llu octets, fewer than %u\n", SPA_BAR,
			(unsigned long long)pci_resource_len(pdev, SPA_BAR), SPA_BAR_SIZE);
		err = -ENODEV;
		goto err_regions;
	}
	spa->bar = pci_iomap(pdev, SPA_BAR, SPA_BAR_SIZE);
	if (!spa->bar) {
		err = -ENOMEM;
		goto err_regions;
	}
	pci_set_master(pdev);
	return 0;

err_regions:
	pci_release_mem_regions(pdev);
err_disable:
	pci_disable_device(pdev);
	return err;
}

static void spa_pci_stop(struct spa *spa)
{
	pci_clear_master(spa->pdev);
	pci_iounmap(spa->pdev, spa->bar);
	pci_release_mem_regions(spa->pdev);
	pci_disable_device(spa->pdev);
}

static void spa_card_stop(struct spa *spa)
{
	spa_events_stop(spa);
	spa_admin_stop(spa);
	spa_irq_release_event(spa);
	spa_events_free(spa);
	spa_admin_free(spa);
	spa_irq_free(spa);
	/* Wipes the SAs and keys. A card that is gone has nothing to wipe. */
	if (!spa_hw_alive(spa))
		spa_hw_reset(spa);
	/* The card writes to it until then. */
	spa_shadow_free(spa);
}

/* From a card as found to one that answers on its admin queue. */
static int spa_card_start(struct spa *spa, u32 *pairs)
{
	u32 wanted;
	int err;

	err = spa_hw_identify(spa) ?: spa_hw_reset(spa) ?: spa_hw_read_limits(spa) ?: spa_hw_test(spa);
	if (err)
		return err;
	wanted = min3(spa->limits.rx_queues, spa->limits.tx_queues, (u32)SPA_PAIRS_MAX);
	err = spa_irq_alloc(spa, wanted, pairs);
	if (err)
		return err;
	err = spa_irq_request_event(spa);
	if (err)
		goto err_irqs;
	err = spa_irq_test(spa);
	if (err)
		goto err_event_irq;

	spa_write(spa, SPA_REG_CONTROL, SPA_CONTROL_ENABLE);
	err = spa_admin_start(spa);
	if (err)
		goto err_event_irq;
	err = spa_events_start(spa);
	if (err)
		goto err_admin;
	err = spa_shadow_alloc(spa) ?: spa_shadow_start(spa);
	if (err)
		goto err_events;
	return 0;

err_events:
	spa_card_stop(spa);
	return err;
err_admin:
	spa_admin_stop(spa);
	spa_irq_release_event(spa);
	spa_admin_free(spa);
	spa_irq_free(spa);
	return err;
err_event_irq:
	spa_irq_release_event(spa);
err_irqs:
	spa_irq_free(spa);
	return err;
}

static int spa_interface_start(struct spa *spa, u32 pairs)
{
	int err;

	err = spa_netdev_setup(spa, pairs);
	if (err)
		return err;
	err = spa_irq_request_pairs(spa);
	if (err)
		goto err_netdev;
	err = register_netdev(spa->netdev);
	if (err)
		goto err_pairs;
	err = spa_pka_start(spa);
	if (err)
		goto err_registered;
	return 0;

err_registered:
	unregister_netdev(spa->netdev);
err_pairs:
	spa_irq_release_pairs(spa, spa->max_pairs);
err_netdev:
	spa_netdev_cleanup(spa);
	return err;
}

static void spa_interface_stop(struct spa *spa)
{
	spa_pka_stop(spa);
	unregister_netdev(spa->netdev);
	spa_irq_release_pairs(spa, spa->max_pairs);
	spa_netdev_cleanup(spa);
}

static int spa_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct net_device *netdev;
	struct spa *spa;
	u32 pairs;
	int err;

	netdev = alloc_etherdev_mq(sizeof(*spa), SPA_PAIRS_MAX);
	if (!netdev)
		return -ENOMEM;
	SET_NETDEV_DEV(netdev, &pdev->dev);
	spa = netdev_priv(netdev);
	spa->netdev = netdev;
	spa->pdev = pdev;
	spa->dev = &pdev->dev;
	spin_lock_init(&spa->admin.lock);
	INIT_LIST_HEAD(&spa->admin.waiting);
	spa->admin.stopped = true;
	spa->admin.stopped_by = -ENODEV;
	spa_sa_table_init(spa);
	spa_policy_table_init(spa);
	spa_recover_init(spa);

	err = spa_pci_start(spa);
	if (err)
		goto err_netdev;
	err = spa_health_init(spa);
	if (err)
		goto err_pci;
	err = spa_card_start(spa, &pairs);
	if (err)
		goto err_health;
	err = spa_interface_start(spa, pairs);
	if (err)
		goto err_card;
	/* For a function-level reset, which takes the bus addresses and vectors away. */
	pci_save_state(pdev);
	spa->config = pci_store_saved_state(pdev);
	if (!spa->config) {
		err = -ENOMEM;
		goto err_interface;
	}
	err = spa_devlink_start(spa);
	if (err)
		goto err_config;

	pci_set_drvdata(pdev, spa);
	spa_set_state(spa, SPA_RUNNING);
	spa_health_start(spa);
	netdev_info(netdev, "interface %u.%u, %u SAs, %u ring pairs, frames of %u octets, self-tests passed\n",
		    spa->limits.version >> 16, spa->limits.version & 0xffff, spa->limits.sas, pairs,
		    spa->limits.frame);
	return 0;

err_config:
	kfree(spa->config);
err_interface:
	spa_interface_stop(spa);
err_card:
	spa_card_stop(spa);
err_health:
	spa_health_free(spa);
err_pci:
	spa_pci_stop(spa);
err_netdev:
	spa_policy_table_destroy(spa);
	spa_sa_table_destroy(spa);
	free_netdev(netdev);
	return err;
}

static void spa_remove(struct pci_dev *pdev)
{
	struct spa *spa = pci_get_drvdata(pdev);

	spa_recover_forbid(spa);
	spa_health_stop(spa);
	spa_devlink_stop(spa);
	/* Finds out now, rather than in every wait below, when the card was pulled. */
	spa_hw_alive(spa);
	spa_interface_stop(spa);
	spa_card_stop(spa);
	spa_health_free(spa);
	spa_pci_stop(spa);
	spa_policy_table_destroy(spa);
	spa_sa_table_destroy(spa);
	kfree(spa->config);
	free_netdev(spa->netdev);
}

/* ---- Resets by others, and sleep ---- */

static void spa_reset_prepare(struct pci_dev *pdev)
{
	spa_sleep(pci_get_drvdata(pdev));
}

static void spa_reset_done(struct pci_dev *pdev)
{
	spa_wake(pci_get_drvdata(pdev));
}

static const struct pci_error_handlers spa_error_handlers = {
	.reset_prepare = spa_reset_prepare,
	.reset_done = spa_reset_done,
};

static int spa_suspend(struct device *dev)
{
	spa_sleep(dev_get_drvdata(dev));
	return 0;
}

static int spa_resume(struct device *dev)
{
	return spa_wake(dev_get_drvdata(dev));
}

static DEFINE_SIMPLE_DEV_PM_OPS(spa_pm_ops, spa_suspend, spa_resume);

static const struct pci_device_id spa_ids[] = {
	{ PCI_DEVICE(SPA_PCI_VENDOR_ID, SPA_PCI_DEVICE_ID) },
	{}
};
MODULE_DEVICE_TABLE(pci, spa_ids);

static struct pci_driver spa_driver = {
	.name = SPA_DRIVER_NAME,
	.id_table = spa_ids,
	.probe = spa_probe,
	.remove = spa_remove,
	.err_handler = &spa_error_handlers,
	.driver.pm = pm_sleep_ptr(&spa_pm_ops),
};

static int __init spa_init(void)
{
	int err = spa_genl_register();

	if (err)
		return err;
	err = pci_register_driver(&spa_driver);
	if (err)
		spa_genl_unregister();
	return err;
}
module_init(spa_init);

static void __exit spa_exit(void)
{
	pci_unregister_driver(&spa_driver);
	spa_genl_unregister();
}
module_exit(spa_exit);

MODULE_DESCRIPTION("IPsec offload card");
MODULE_LICENSE("GPL");
